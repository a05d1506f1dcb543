// A virtual root in memory: a plain implementation of the port for tests of the SFTP edge.
// Invariant: keeps to the port's rules; what a test wants to go wrong is set in `faults`.

import {
  type FileAttributes,
  nameOf,
  type OpenFlags,
  parentOf,
  type VirtualEntry,
  type VirtualFile,
  VirtualFileError,
  type VirtualRoot,
} from '../../src/domain/virtual-files.ts';

type Node = { kind: 'file' | 'folder'; bytes: Buffer; mode: number; modifiedAt: Date };

/** What a test may set: called before the operation, may wait or throw. */
export type Faults = {
  beforeWrite?: (path: string, length: number, position: number) => Promise<void>;
  beforeRead?: (path: string) => Promise<void>;
  beforeClose?: (path: string) => Promise<void>;
  beforeStat?: (path: string) => Promise<void>;
};

export type MemoryRoot = VirtualRoot & {
  nodes: Map<string, Node>;
  faults: Faults;
  /** What was called, in order, e.g. `open /a`, `write /a 0+5`, `close /a`, `abandon /a`, `end`. */
  calls: string[];
  /** Paths of the handles that were open at the end. */
  openAtEnd: string[];
  text(path: string): string | undefined;
};

export function createMemoryRoot(): MemoryRoot {
  const nodes = new Map<string, Node>([['/', folder()]]);
  const calls: string[] = [];
  const faults: Faults = {};
  const open = new Set<string>();
  const openAtEnd: string[] = [];

  function need(path: string): Node {
    const node = nodes.get(path);
    if (node === undefined) throw new VirtualFileError('no-such-file', `There is no ${path}.`);
    return node;
  }

  function entry(path: string): VirtualEntry {
    const { kind, bytes, mode, modifiedAt } = need(path);
    return { path, kind, size: bytes.length, mode, modifiedAt };
  }

  function change(path: string, { size, mode, modifiedAt }: FileAttributes): void {
    const node = need(path);
    if (size !== undefined) node.bytes = resized(node.bytes, size);
    if (mode !== undefined) node.mode = mode;
    if (modifiedAt !== undefined) node.modifiedAt = modifiedAt;
  }

  function children(path: string): string[] {
    return [...nodes.keys()].filter((key) => key !== '/' && parentOf(key) === path).sort();
  }

  function openFile(path: string, flags: OpenFlags): VirtualFile {
    const existing = nodes.get(path);
    if (existing?.kind === 'folder') throw new VirtualFileError('is-a-folder', `${path} is a folder.`);
    if (existing !== undefined && flags.create && flags.exclusive)
      throw new VirtualFileError('already-exists', `${path} is there already.`);
    if (existing === undefined && !flags.create) need(path);
    need(parentOf(path));
    const node = existing ?? { kind: 'file', bytes: Buffer.alloc(0), mode: 0o644, modifiedAt: new Date() };
    if (flags.truncate) node.bytes = Buffer.alloc(0);
    nodes.set(path, node);
    open.add(path);
    return memoryFile(path, node, flags);
  }

  function memoryFile(path: string, node: Node, flags: OpenFlags): VirtualFile {
    return {
      path,
      async read(buffer, length, position) {
        await faults.beforeRead?.(path);
        const piece = node.bytes.subarray(position, position + length);
        piece.copy(buffer);
        return piece.length;
      },
      async write(buffers, position, lengths) {
        const bytes = Buffer.concat(buffers);
        if (lengths !== undefined && lengths.reduce((sum, length) => sum + length, 0) !== bytes.length)
          throw new TypeError('the lengths of the writes do not add up');
        const at = flags.append ? node.bytes.length : position;
        calls.push(`write ${path} ${at}+${bytes.length}`);
        await faults.beforeWrite?.(path, bytes.length, at);
        node.bytes = resized(node.bytes, Math.max(node.bytes.length, at + bytes.length));
        bytes.copy(node.bytes, at);
      },
      async stat() {
        await faults.beforeStat?.(path);
        return { path, kind: 'file', size: node.bytes.length, mode: node.mode, modifiedAt: node.modifiedAt };
      },
      async setAttributes(attributes) {
        calls.push(`fset ${path}`);
        change(path, attributes);
      },
      async flush() {
        calls.push(`flush ${path}`);
      },
      async close() {
        await faults.beforeClose?.(path);
        calls.push(`close ${path}`);
        open.delete(path);
      },
      async abandon() {
        calls.push(`abandon ${path}`);
        open.delete(path);
      },
    };
  }

  return {
    nodes,
    faults,
    calls,
    openAtEnd,
    text: (path) => nodes.get(path)?.bytes.toString(),
    async stat(path) {
      await faults.beforeStat?.(path);
      calls.push(`stat ${path}`);
      return entry(path);
    },
    async list(path) {
      return children(path).map(entry);
    },
    async open(path, flags) {
      calls.push(`open ${path}`);
      return openFile(path, flags);
    },
    async remove(path) {
      if (need(path).kind === 'folder') throw new VirtualFileError('is-a-folder', `${path} is a folder.`);
      calls.push(`remove ${path}`);
      nodes.delete(path);
    },
    async rename(from, to, { replace }) {
      calls.push(`rename ${from} ${to} ${replace ? 'replace' : 'keep'}`);
      const node = need(from);
      if (nodes.has(to) && !replace) throw new VirtualFileError('already-exists', `${nameOf(to)} is there already.`);
      nodes.delete(from);
      nodes.set(to, node);
    },
    async makeFolder(path) {
      if (nodes.has(path)) throw new VirtualFileError('already-exists', `${path} is there already.`);
      need(parentOf(path));
      nodes.set(path, folder());
    },
    async removeFolder(path) {
      if (need(path).kind !== 'folder') throw new VirtualFileError('not-a-folder', `${path} is a file.`);
      if (children(path).length > 0) throw new VirtualFileError('folder-not-empty', `${path} is not empty.`);
      nodes.delete(path);
    },
    async setAttributes(path, attributes) {
      calls.push(`set ${path}`);
      change(path, attributes);
    },
    async space() {
      return { total: totalBytes, free: totalBytes / 2 };
    },
    async end() {
      openAtEnd.push(...open);
      calls.push('end');
    },
  };
}

function folder(): Node {
  return { kind: 'folder', bytes: Buffer.alloc(0), mode: 0o755, modifiedAt: new Date() };
}

/** What `space` says there is. */
const totalBytes = 1024 ** 3;

function resized(bytes: Buffer, size: number): Buffer {
  if (size > totalBytes) throw new VirtualFileError('no-space', 'The disk is full.');
  if (size <= bytes.length) return Buffer.from(bytes.subarray(0, size));
  return Buffer.concat([bytes, Buffer.alloc(size - bytes.length)]);
}

// What each request other than READ and WRITE does with the virtual root, and the packet that answers it.
// Invariant: called for one request at a time, when no write of the session runs; refusals are thrown.

import { statusCodes } from '../domain/sftp-wire.ts';
import {
  nameOf,
  normalisePath,
  type VirtualEntry,
  VirtualFileError,
  type VirtualRoot,
} from '../domain/virtual-files.ts';
import { longName } from './attributes.ts';
import { copyData } from './copy-data.ts';
import { FileHandle, type Handles } from './handles.ts';
import {
  attributesReply,
  eofReply,
  handleReply,
  limitsReply,
  type NamedEntry,
  namesReply,
  okReply,
  pathReply,
  spaceReply,
  statusReply,
} from './replies.ts';
import type { Request } from './requests.ts';

/** A request that is answered in order, one at a time. */
export type OrderedRequest = Exclude<Request, { kind: 'init' | 'read' | 'write' | 'malformed' }>;

export type OperationContext = {
  root: VirtualRoot;
  handles: Handles;
  now(): Date;
  /** True when the server is about to stop: no new upload may begin. */
  closing(): boolean;
  /** A written file was closed with success. */
  fileReceived(): void;
};

const entriesPerReply = 128;

/** Does one request and gives its reply. Throws VirtualFileError for a refusal; anything else is a bug. */
export async function operate(context: OperationContext, request: OrderedRequest): Promise<Buffer> {
  const { root, handles } = context;
  switch (request.kind) {
    case 'open':
      return open(context, request);
    case 'close':
      await close(context, request.handle);
      return okReply(request.id);
    case 'stat':
      return attributesReply(request.id, await root.stat(normalisePath(request.path)));
    case 'fstat':
      return attributesReply(request.id, await handles.file(request.handle).file.stat());
    case 'setstat':
      await root.setAttributes(normalisePath(request.path), request.attributes);
      return okReply(request.id);
    case 'fsetstat':
      await handles.file(request.handle).file.setAttributes(request.attributes);
      return okReply(request.id);
    case 'fsync':
      await flush(handles.file(request.handle));
      return okReply(request.id);
    case 'opendir':
      return openFolder(context, request);
    case 'readdir': {
      const entries = handles.folder(request.handle).rest.splice(0, entriesPerReply);
      return entries.length === 0 ? eofReply(request.id) : namesReply(request.id, entries);
    }
    case 'remove':
      await root.remove(normalisePath(request.path));
      return okReply(request.id);
    case 'mkdir':
      await root.makeFolder(normalisePath(request.path), request.attributes);
      return okReply(request.id);
    case 'rmdir':
      await root.removeFolder(normalisePath(request.path));
      return okReply(request.id);
    case 'rename':
      await root.rename(normalisePath(request.from), normalisePath(request.to), { replace: request.replace });
      return okReply(request.id);
    case 'realpath':
      return pathReply(request.id, normalisePath(request.path));
    case 'statvfs':
      await root.stat(normalisePath(request.path));
      return space(root, request.id);
    case 'fstatvfs':
      handles.get(request.handle);
      return space(root, request.id);
    case 'copy-data':
      return copyData(handles, request);
    case 'limits':
      return limitsReply(request.id, handles.limit);
    case 'links-refused':
      return statusReply(request.id, statusCodes.unsupported, 'This server has no links. Upload the file itself.');
    case 'unsupported':
      return statusReply(request.id, statusCodes.unsupported, `This server does not know this ${request.what}.`);
  }
}

async function open(context: OperationContext, request: Extract<Request, { kind: 'open' }>): Promise<Buffer> {
  context.handles.checkRoom();
  if (request.flags.write && context.closing())
    throw new VirtualFileError('busy', 'The server is about to stop. Connect again in a minute and repeat the upload.');
  const file = await context.root.open(normalisePath(request.path), request.flags, request.attributes);
  return handleReply(request.id, context.handles.add(new FileHandle(file, request.flags)));
}

async function close(context: OperationContext, id: string): Promise<void> {
  const handle = context.handles.get(id);
  context.handles.remove(id);
  if (handle.kind === 'folder') return;
  const failure = handle.writes.failure;
  if (failure !== undefined) {
    await handle.file.abandon();
    throw failure.error;
  }
  await handle.file.close();
  if (handle.written) context.fileReceived();
}

async function flush(handle: FileHandle): Promise<void> {
  if (handle.writes.failure !== undefined) throw handle.writes.failure.error;
  await handle.file.flush();
}

async function openFolder(context: OperationContext, request: { id: number; path: string }): Promise<Buffer> {
  context.handles.checkRoomForListing();
  const path = normalisePath(request.path);
  const entry = await context.root.stat(path);
  if (entry.kind !== 'folder') throw new VirtualFileError('not-a-folder', 'This is a file, not a folder.');
  const listed = await context.root.list(path);
  const now = context.now();
  const named = (name: string, of: VirtualEntry): NamedEntry => ({
    name,
    longName: longName(name, of, now),
    entry: of,
  });
  const rest = [named('.', entry), named('..', entry), ...listed.map((child) => named(nameOf(child.path), child))];
  return handleReply(request.id, context.handles.add({ kind: 'folder', entry, rest }));
}

async function space(root: VirtualRoot, id: number): Promise<Buffer> {
  const known = await root.space();
  if (known === null) return statusReply(id, statusCodes.unsupported, 'The free space is not known here.');
  return spaceReply(id, known);
}

// The handles that a session holds: a file open for writing, and a file open for reading.
// Invariant: a handle ends exactly once; what happens after that is refused.

import type { OpenStoredFile } from '../domain/ports.ts';
import {
  type FileAttributes,
  type OpenFlags,
  type VirtualEntry,
  type VirtualFile,
  VirtualFileError,
} from '../domain/virtual-files.ts';
import { type EntryRecord, setEntryTime } from '../store/sftp-entries.ts';
import { closeUpload, dropUpload } from './close-upload.ts';
import type { ReceiveDeps, RootContext } from './root-context.ts';
import { fileEntry, uploadEntry } from './show-entries.ts';
import type { Upload } from './upload.ts';

/** A handle as the root keeps it, to end it with the session. */
export type RootHandle = VirtualFile & { drop(): Promise<void> };

/** A handle on a file that is open for writing. `ended` is called once, when it is closed or given up. */
export function writingHandle(
  deps: ReceiveDeps,
  context: RootContext,
  upload: Upload,
  flags: OpenFlags,
  ended: (handle: RootHandle) => void,
): RootHandle {
  let isOpen = true;
  const end = (): void => {
    mustBe(isOpen);
    isOpen = false;
  };
  const finish = async (work: Promise<void>): Promise<void> => {
    try {
      await work;
    } finally {
      ended(handle);
    }
  };
  const handle: RootHandle = {
    get path() {
      return upload.path;
    },
    async read(buffer, length, position) {
      mustBe(isOpen);
      return upload.read(buffer, length, position);
    },
    async write(buffers, position, lengths = buffers.map((buffer) => buffer.length)) {
      mustBe(isOpen);
      await upload.write(buffers, flags.append ? null : position, lengths, deps.clock.now());
    },
    async stat() {
      mustBe(isOpen);
      return uploadEntry(upload);
    },
    async setAttributes({ size, modifiedAt }: FileAttributes) {
      mustBe(isOpen);
      if (size !== undefined) await upload.resize(size, deps.clock.now());
      if (modifiedAt !== undefined) upload.timeSet = modifiedAt;
    },
    async flush() {
      mustBe(isOpen);
      await upload.flush();
    },
    async close() {
      end();
      await finish(closeUpload(deps, context, upload));
    },
    async abandon() {
      end();
      await finish(dropUpload(deps, context, upload));
    },
    async drop() {
      if (!isOpen) return;
      isOpen = false;
      await finish(dropUpload(deps, context, upload));
    },
  };
  return handle;
}

/** A handle on stored bytes: they stay readable even if the name goes meanwhile. */
export function readingHandle(
  deps: Pick<ReceiveDeps, 'db'>,
  { feed }: Pick<RootContext, 'feed'>,
  entry: EntryRecord,
  bytes: OpenStoredFile,
  ended: (handle: RootHandle) => void,
): RootHandle {
  let shown: VirtualEntry = fileEntry(entry);
  let isOpen = true;
  const close = async (): Promise<void> => {
    if (!isOpen) return;
    isOpen = false;
    ended(handle);
    await bytes.close();
  };
  const handle: RootHandle = {
    path: entry.path,
    async read(buffer, length, position) {
      mustBe(isOpen);
      return bytes.read(buffer, 0, length, position);
    },
    write: refuseWriting,
    stat: async () => shown,
    async setAttributes({ size, modifiedAt }) {
      if (size !== undefined && size !== shown.size) return refuseWriting();
      if (modifiedAt === undefined) return;
      await setEntryTime(deps.db, feed, entry.path, modifiedAt);
      shown = { ...shown, modifiedAt };
    },
    flush: async () => undefined,
    close,
    abandon: close,
    drop: close,
  };
  return handle;
}

/** A handle that reads what another handle is writing at this moment. */
export function watchingHandle(upload: Upload, ended: (handle: RootHandle) => void): RootHandle {
  const close = async (): Promise<void> => ended(handle);
  const handle: RootHandle = {
    path: upload.path,
    read: (buffer, length, position) => upload.read(buffer, length, position),
    write: refuseWriting,
    stat: async () => uploadEntry(upload),
    async setAttributes({ size, modifiedAt }) {
      if (size !== undefined && size !== upload.size) return refuseWriting();
      if (modifiedAt !== undefined) upload.timeSet = modifiedAt;
    },
    flush: async () => undefined,
    close,
    abandon: close,
    drop: close,
  };
  return handle;
}

async function refuseWriting(): Promise<void> {
  throw new VirtualFileError('permission-denied', 'This file was opened for reading only. Open it for writing.');
}

function mustBe(isOpen: boolean): void {
  if (!isOpen) throw new VirtualFileError('failure', 'The file was closed already. Open it again.');
}

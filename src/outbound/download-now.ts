// A person takes the file of the next window by hand.
// Invariant: the watermark does not move; with `mark`, the date of the last export does, once the file is all but handed over.

import type { Deps } from '../deps.ts';
import type { Actor } from '../domain/actor.ts';
import { AppError } from '../domain/errors.ts';
import { appendAudit } from '../store/audit.ts';
import type { InstitutionRecord } from '../store/institutions.ts';
import { lockOutboundSettings, setConnectionsLastExported } from '../store/outbound-settings.ts';
import type { WindowRequest } from './open-window.ts';
import { dayIn } from './window-start.ts';
import { type WindowDeps, type WindowFile, writeWindowFile } from './write-window-file.ts';

export type WindowDownload = {
  fileName: string;
  bytes: number;
  rows: number;
  /** In hex. */
  sha256: string;
  notes: string[];
  /** To be read once; leaving it early is fine, before its first piece too. */
  content: AsyncIterable<Uint8Array>;
  /** Removes the file. To be called when `content` will not be read (any more). */
  discard(): Promise<void>;
};

/**
 * The same file as the next transfer would send. `mark` (connections only) sets the institution's “connections last exported”
 * to the day of the export. Throws AppError `mark-not-for-contacts` and those of `writeWindowFile`.
 */
export async function downloadNow(
  deps: WindowDeps & Pick<Deps, 'sealer'>,
  actor: Actor,
  institution: InstitutionRecord,
  request: WindowRequest,
  { mark }: { mark: boolean },
): Promise<WindowDownload> {
  if (mark && request.dataset !== 'connections')
    throw new AppError(
      'invalid',
      'mark-not-for-contacts',
      'Only an export of connections can be marked.',
      'Download the contacts without marking; the next transfer is not changed by it.',
    );
  const file = await writeWindowFile(deps, institution, request);
  const onLast = mark ? () => markExported(deps, actor, institution, file) : async () => undefined;
  const { fileName, bytes, rows, notes } = file;
  return {
    fileName,
    bytes,
    rows,
    sha256: file.sha256.toString('hex'),
    notes,
    content: discardedAtEnd(contentOf(file, onLast), file),
    discard: () => file.staging.discard(),
  };
}

const bytesPerRead = 256 * 1024;

/**
 * A generator that is left before it has begun runs nothing, not even its `finally`: whoever asked may have gone while the file
 * was written. A file that stayed open then would end the process once its handle is collected.
 */
function discardedAtEnd(
  content: AsyncGenerator<Uint8Array, void, undefined>,
  { staging }: WindowFile,
): AsyncIterable<Uint8Array> {
  return {
    [Symbol.asyncIterator]: () => ({
      next: () => content.next(),
      async return() {
        await content.return();
        await staging.discard();
        return { done: true, value: undefined };
      },
    }),
  };
}

/** `onLast` runs before the last piece is given, so that a download that broke off is not marked, and a failed mark is seen. */
async function* contentOf(
  { staging, bytes }: WindowFile,
  onLast: () => Promise<void>,
): AsyncGenerator<Uint8Array, void, undefined> {
  try {
    for (let position = 0; position < bytes; position += bytesPerRead) {
      const piece = Buffer.allocUnsafe(Math.min(bytesPerRead, bytes - position));
      const read = await staging.read(piece, 0, piece.length, position);
      if (read !== piece.length) throw new Error('the file of a download is shorter than it was written');
      if (position + piece.length >= bytes) await onLast();
      yield piece;
    }
    if (bytes === 0) await onLast();
  } finally {
    await staging.discard();
  }
}

async function markExported(
  deps: Pick<Deps, 'db' | 'clock' | 'sealer'>,
  actor: Actor,
  institution: InstitutionRecord,
  file: WindowFile,
): Promise<void> {
  const day = dayIn(institution.timeZone, file.cutAt);
  await deps.db.transaction(async (tx) => {
    const before = await lockOutboundSettings(tx, institution.id);
    await setConnectionsLastExported(tx, institution.id, day);
    await appendAudit(tx, institution.id, deps, actor, {
      action: 'connections.exported',
      subject: institution.id,
      facts: {
        fileName: file.fileName,
        rows: file.rows,
        sha256: file.sha256.toString('hex'),
        lastExported: day,
        before: before?.connectionsLastExported ?? null,
      },
    });
  });
}

// Imports a stored file once more, under today's mapping or the one that it ran with.
// Invariant: a new import over the same immutable bytes; the old one stays as it is in the history.

import type { Actor } from '../domain/actor.ts';
import { AppError } from '../domain/errors.ts';
import type { ImportId, InstitutionId } from '../domain/ids.ts';
import { isFinal } from '../domain/import.ts';
import { appendAudit } from '../store/audit.ts';
import { getImport, type ImportRecord, insertImport } from '../store/imports.ts';
import { type DecideDeps, noSuchImport } from './approve-hold.ts';

/**
 * The id of the new import, which is queued. Without `dryRun` it is a rehearsal when the old one was. Throws AppError
 * `no-such-import`, `not-finished`, or `no-mapping-yet` (same mapping as one that never ran).
 */
export async function importAgain(
  deps: DecideDeps,
  actor: Actor,
  institutionId: InstitutionId,
  of: ImportId,
  options: { dryRun?: boolean | undefined; sameMapping?: boolean | undefined },
): Promise<ImportId> {
  const id = deps.newId<ImportId>();
  await deps.db.transaction(async (tx) => {
    const record = await getImport(tx, institutionId, of);
    if (!record) throw noSuchImport();
    checkCanRunAgain(record, options.sameMapping ?? false);
    const now = deps.clock.now();
    const dryRun = options.dryRun ?? record.dryRun;
    await insertImport(tx, institutionId, {
      id,
      feedId: record.feed.id,
      arrivalId: record.arrivalId,
      storedFileId: record.storedFileId,
      source: record.source,
      path: record.path,
      fileName: record.fileName,
      fileSize: record.fileSize,
      dryRun,
      mapping: options.sameMapping ? record.mapping : null,
      waitsFor: null,
      readyAt: now,
      queuedAt: now,
      againOf: record.id,
      startedBy: actor.name,
    });
    await appendAudit(tx, institutionId, deps, actor, {
      action: 'import.again',
      subject: id,
      facts: { fileName: record.fileName, againOf: of, dryRun, sameMapping: options.sameMapping ?? false },
    });
  });
  deps.wakeImports();
  return id;
}

function checkCanRunAgain({ status, mapping }: ImportRecord, sameMapping: boolean): void {
  if (!isFinal(status) || status === 'held')
    throw new AppError(
      'conflict',
      'not-finished',
      `This import is ${status}, so it cannot be made again yet.`,
      status === 'held' ? 'Approve it or discard it first.' : 'Wait until it is done.',
    );
  if (sameMapping && !mapping)
    throw new AppError(
      'conflict',
      'no-mapping-yet',
      'This import never ran, so there is no mapping of it to use again.',
      'Import it again with the mapping of the feed.',
    );
}

// A person lets a held import run: it is planned again against today's contacts, and not held for the same reason.
// Invariant: only a held import can be approved, once (ruling 2).

import type { Deps } from '../deps.ts';
import type { Actor } from '../domain/actor.ts';
import { AppError } from '../domain/errors.ts';
import type { ImportId, InstitutionId } from '../domain/ids.ts';
import type { ImportStatus } from '../domain/import.ts';
import { appendAudit } from '../store/audit.ts';
import { approveHeldImport, getImport } from '../store/imports.ts';

export type DecideDeps = Pick<Deps, 'db' | 'clock' | 'newId' | 'sealer' | 'wakeImports'>;

/** held → queued, to run at once. Throws AppError `no-such-import` or `not-held`. */
export async function approveHold(
  deps: DecideDeps,
  actor: Actor,
  institutionId: InstitutionId,
  id: ImportId,
): Promise<void> {
  await deps.db.transaction(async (tx) => {
    const record = await getImport(tx, institutionId, id);
    if (!record) throw noSuchImport();
    const moved = await approveHeldImport(tx, institutionId, id, { by: actor.name, now: deps.clock.now() });
    if (!moved) throw notHeld(record.status, 'approved');
    await appendAudit(tx, institutionId, deps, actor, {
      action: 'import.approved',
      subject: id,
      facts: { fileName: record.fileName, hold: record.hold },
    });
  });
  deps.wakeImports();
}

export function noSuchImport(): AppError {
  return new AppError(
    'not-found',
    'no-such-import',
    'There is no such import in this institution.',
    'Take its id from the import history.',
  );
}

export function notHeld(status: ImportStatus, verb: 'approved' | 'discarded'): AppError {
  return new AppError(
    'conflict',
    'not-held',
    `Only a held import can be ${verb}, and this one is ${status}.`,
    'Somebody may have decided it meanwhile: load it again.',
  );
}

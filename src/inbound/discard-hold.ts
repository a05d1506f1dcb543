// A person gives a held import up.
// Invariant: nothing of it was ever written, and its file stays, so that it can be imported again.

import type { Actor } from '../domain/actor.ts';
import type { ImportId, InstitutionId } from '../domain/ids.ts';
import { appendAudit } from '../store/audit.ts';
import { discardHeldImport, getImport } from '../store/imports.ts';
import { type DecideDeps, noSuchImport, notHeld } from './approve-hold.ts';

/** held → discarded. Throws AppError `no-such-import` or `not-held`. */
export async function discardHold(
  deps: Pick<DecideDeps, 'db' | 'clock' | 'sealer'>,
  actor: Actor,
  institutionId: InstitutionId,
  id: ImportId,
): Promise<void> {
  await deps.db.transaction(async (tx) => {
    const record = await getImport(tx, institutionId, id);
    if (!record) throw noSuchImport();
    const moved = await discardHeldImport(tx, institutionId, id, { by: actor.name, now: deps.clock.now() });
    if (!moved) throw notHeld(record.status, 'discarded');
    await appendAudit(tx, institutionId, deps, actor, {
      action: 'import.discarded',
      subject: id,
      facts: { fileName: record.fileName, hold: record.hold },
    });
  });
}

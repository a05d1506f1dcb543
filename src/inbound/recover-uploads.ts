// At start: what processes that were killed left of uploads is made visible, as broken-off uploads that can be resumed.
// Invariant: runs before the first session is let in, so that nothing of this start is open yet.

import { releaseAllWritersAllInstitutions } from '../store/receive-queue.ts';
import { endLeftOverSessionsAllInstitutions } from '../store/session-log.ts';
import { type RecoverDeps, recordAbandoned } from './abandoned-uploads.ts';

/** To be called once at start, before the first session is let in. Gives how many broken-off uploads were recorded. */
export async function recoverUploads(deps: RecoverDeps): Promise<{ recorded: number }> {
  const now = deps.clock.now();
  await endLeftOverSessionsAllInstitutions(deps.db, now);
  await releaseAllWritersAllInstitutions(deps.db, now);
  await deps.files.sweepStaging();
  return { recorded: await recordAbandoned(deps, await deps.files.abandonedFiles(), () => false) };
}

// Queues the scheduled transfers whose slot has come.
// Invariant: a slot gives one transfer, whichever node is first; slots that were missed are caught up by one transfer together.

import type { Deps } from '../deps.ts';
import { systemActor } from '../domain/actor.ts';
import type { DestinationId } from '../domain/ids.ts';
import { nextSlot, parseFrequency } from '../domain/schedule.ts';
import { type DueDestination, setNextRun, takeDueDestinationAllInstitutions } from '../store/due-destinations.ts';
import { queueTransfer } from './queue-transfer.ts';

type DueDeps = Pick<Deps, 'db' | 'clock' | 'newId' | 'queue' | 'log'>;

/** How many slots were taken. A destination that fails is logged and left for the next look. */
export async function dueDestinations(deps: DueDeps): Promise<number> {
  const failed: DestinationId[] = [];
  let taken = 0;
  for (;;) {
    let due: DueDestination | null = null;
    try {
      const done = await deps.db.transaction(async (tx) => {
        const now = deps.clock.now();
        due = await takeDueDestinationAllInstitutions(tx, now, failed);
        if (!due) return false;
        const { institutionId, id, dataset, frequency, at, timeZone, nextRunAt, waiting } = due;
        await setNextRun(tx, institutionId, id, nextSlot(parseFrequency(frequency), at, timeZone, now));
        // One that still waits will take everything that is new by then.
        if (nextRunAt === null || waiting) return true;
        const slot = { slotAt: nextRunAt, slotAttempt: 1, windowOf: null, startedBy: systemActor.name };
        await queueTransfer(deps, tx, institutionId, { destinationId: id, dataset, trigger: 'scheduled', ...slot });
        return true;
      });
      if (!done) return taken;
      taken += 1;
    } catch (error) {
      const { id, institutionId } = (due as DueDestination | null) ?? {};
      if (!id) throw error;
      deps.log.error({ err: error, institutionId, destinationId: id }, 'a scheduled transfer could not be queued');
      failed.push(id);
    }
  }
}

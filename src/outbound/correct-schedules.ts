// Brings the next run of a destination back to its next slot: it was found while the clock stood ahead of the time that it shows now.
// Invariant: a next run only ever comes nearer, and a slot that has had its transfer is not taken again.

import { setImmediate as breathe } from 'node:timers/promises';
import type { Deps } from '../deps.ts';
import { systemActor } from '../domain/actor.ts';
import { nextSlot, parseFrequency } from '../domain/schedule.ts';
import { appendAudit } from '../store/audit.ts';
import { lockDestination } from '../store/destinations.ts';
import { type ComingRun, comingRunsAllInstitutions, setNextRun, slotsTaken } from '../store/due-destinations.ts';
import { getInstitution } from '../store/institutions.ts';

type CorrectDeps = Pick<Deps, 'db' | 'clock' | 'sealer' | 'log'>;

/** To find a slot takes up to a millisecond: after so many, other work gets its turn. */
const atOnce = 20;

/** How many were brought back. One that fails is logged and left for the next look. */
export async function correctSchedules(deps: CorrectDeps): Promise<number> {
  const now = deps.clock.now();
  let corrected = 0;
  for (const [count, run] of (await comingRunsAllInstitutions(deps.db, now)).entries()) {
    if (count % atOnce === atOnce - 1) await breathe();
    const { institutionId, id, frequency, at, timeZone, nextRunAt } = run;
    try {
      if (nextRunAt <= nextSlot(parseFrequency(frequency), at, timeZone, now)) continue;
      if (await correct(deps, run, now)) corrected += 1;
    } catch (error) {
      deps.log.error({ err: error, institutionId, destinationId: id }, 'a next run could not be brought back');
    }
  }
  return corrected;
}

async function correct(deps: CorrectDeps, { institutionId, id }: ComingRun, now: Date): Promise<boolean> {
  return deps.db.transaction(async (tx) => {
    const institution = await getInstitution(tx, institutionId);
    const destination = await lockDestination(tx, institutionId, id);
    if (!institution || destination?.status !== 'on' || destination.deletedAt) return false;
    const { nextRunAt: old, frequency, at } = destination;
    if (old === null) return false;
    const slotAfter = (moment: Date) => nextSlot(parseFrequency(frequency), at, institution.timeZone, moment);
    // A clock that goes back by a second just after a slot must not give that slot a second transfer.
    const taken = await slotsTaken(tx, institutionId, id, { after: now, before: old });
    let next = slotAfter(now);
    while (taken.has(next.getTime())) next = slotAfter(next);
    if (next >= old) return false;
    await setNextRun(tx, institutionId, id, next);
    deps.log.warn(
      { institutionId, destinationId: id, old, new: next },
      'a next run was brought back: the clock stood ahead',
    );
    await appendAudit(tx, institutionId, deps, systemActor, {
      action: 'destination.next-run-corrected',
      subject: id,
      facts: { old: old.toISOString(), new: next.toISOString() },
    });
    return true;
  });
}

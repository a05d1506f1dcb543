// How many pieces of long work (loads, files made by hand) may hold a database session at the same time, in this process.
// Invariant: who waits gets a turn in order of arrival, and no institution has more than its share of the turns.

import type { InstitutionId } from '../domain/ids.ts';

/** Runs the work when there is room for it. */
export type Slots = <T>(institutionId: InstitutionId, work: () => Promise<T>) => Promise<T>;

type Waiting = { institutionId: InstitutionId; start: () => void };

export function openSlots(most: { total: number; perInstitution: number }): Slots {
  const waiting: Waiting[] = [];
  const running = new Map<InstitutionId, number>();
  let total = 0;

  const hasRoom = (id: InstitutionId) => total < most.total && (running.get(id) ?? 0) < most.perInstitution;
  const take = (id: InstitutionId) => {
    total += 1;
    running.set(id, (running.get(id) ?? 0) + 1);
  };
  const giveBack = (id: InstitutionId) => {
    total -= 1;
    const left = (running.get(id) ?? 1) - 1;
    if (left > 0) running.set(id, left);
    else running.delete(id);
    for (let next = waiting.findIndex((one) => hasRoom(one.institutionId)); next >= 0; ) {
      const [one] = waiting.splice(next, 1);
      if (!one) break;
      take(one.institutionId);
      one.start();
      next = waiting.findIndex((other) => hasRoom(other.institutionId));
    }
  };

  return async (institutionId, work) => {
    if (hasRoom(institutionId)) take(institutionId);
    else await new Promise<void>((start) => waiting.push({ institutionId, start }));
    try {
      return await work();
    } finally {
      giveBack(institutionId);
    }
  };
}

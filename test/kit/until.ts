// Waiting for a condition that no event announces.

import { setTimeout as pause } from 'node:timers/promises';

/** Asks until the answer is truthy, and gives it; throws with `what` after `seconds`. */
export async function until<T>(
  ask: () => T | Promise<T>,
  { what = 'a condition', seconds = 60 }: { what?: string; seconds?: number } = {},
): Promise<NonNullable<T>> {
  const deadline = performance.now() + seconds * 1000;
  for (;;) {
    const answer = await ask();
    if (answer) return answer;
    if (performance.now() > deadline) throw new Error(`${what}: still waiting after ${seconds} s`);
    await pause(20);
  }
}

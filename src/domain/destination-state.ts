// A destination's state as people read it: On, Off or Needs you, and one sentence of why and what to do.
// Invariant: `On` is said only of one that sends by itself at its next time.

import type { DestinationStatus } from './destination.ts';
import type { Failure } from './failures.ts';
import type { HostKeyState } from './host-key-state.ts';
import { momentWords } from './schedule.ts';

export type DestinationFacts = {
  status: DestinationStatus;
  deleted: boolean;
  hostKeyState: HostKeyState;
  /** How many host keys were seen, confirmed or not. */
  hostKeys: number;
  hasSecret: boolean;
  /** Since when the server shows another key although nobody checks. */
  mismatchSince: Date | null;
  nextRunAt: Date | null;
  /** Until when an old key serves beside a new one that has not worked yet. */
  oldKeyServesUntil: Date | null;
  /** The last failed test or transfer when nothing has worked since. */
  lastFailure: Pick<Failure, 'detail' | 'nextStep' | 'mayPass'> | null;
};

export type DestinationState = { state: 'On' | 'Off' | 'Needs you'; message: string };

/** Times are said in `zone`, the institution's. */
export function destinationState(facts: DestinationFacts, zone: string, now: Date): DestinationState {
  if (facts.deleted)
    return {
      state: 'Off',
      message: 'It is deleted: nothing is sent. A new one for the same data goes on where it was.',
    };
  const waiting = whatItNeeds(facts);
  if (waiting !== null) return { state: 'Needs you', message: waiting };
  if (facts.status === 'off')
    return { state: 'Off', message: 'It is tested and switched off: nothing is sent until you switch it on.' };
  const sentences = [
    ...(facts.lastFailure ? [`${facts.lastFailure.detail} This may pass: it is tried again by itself.`] : []),
    ...(facts.nextRunAt ? [`The next transfer is at ${momentWords(facts.nextRunAt, zone, now)}.`] : []),
    ...(facts.hostKeyState === 'off' && facts.mismatchSince
      ? ['The server’s fingerprint has changed. Files are still sent, because fingerprints are not checked.']
      : []),
    ...(facts.oldKeyServesUntil
      ? [
          `The new key has not worked yet: install its public half before ${momentWords(facts.oldKeyServesUntil, zone, now)}, when the old one ends.`,
        ]
      : []),
  ];
  return { state: 'On', message: sentences.join(' ') };
}

/** What a person has to do before files are sent, or null. */
function whatItNeeds({ status, hostKeyState, hostKeys, hasSecret, lastFailure }: DestinationFacts): string | null {
  if (!hasSecret) return 'The password has to be given again. Enter it, then test.';
  if (hostKeyState === 'mismatch')
    return 'The server shows a new fingerprint, which nobody has confirmed. Nothing is sent until you have compared and confirmed it.';
  if (hostKeyState === 'unverified')
    return hostKeys > 0
      ? 'The server’s fingerprint waits for you: compare it and confirm it. Until then nothing is sent.'
      : (problem(lastFailure) ??
          'It has not been tested yet. The first test shows the server’s fingerprint for you to confirm.');
  if (status === 'draft')
    return problem(lastFailure) ?? 'It has not been tested since its last change. Test and Save switches it on.';
  return status === 'on' && lastFailure && !lastFailure.mayPass ? problem(lastFailure) : null;
}

function problem(failure: DestinationFacts['lastFailure']): string | null {
  return failure && `${failure.detail} ${failure.nextStep}`;
}

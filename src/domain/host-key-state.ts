// What is known of the key of a destination's server, as one word.
// Invariant: `verified` is said only of a server whose last shown key a person has confirmed.

export type HostKeyState = 'off' | 'unverified' | 'verified' | 'mismatch';

/** `confirmed`: how many keys a person has confirmed. `mismatchSince`: since when the server shows another one. */
export function hostKeyState(known: {
  checkFingerprint: boolean;
  confirmed: number;
  mismatchSince: Date | null;
}): HostKeyState {
  if (!known.checkFingerprint) return 'off';
  if (known.confirmed === 0) return 'unverified';
  return known.mismatchSince === null ? 'verified' : 'mismatch';
}

// The least pace of a transfer of bytes: a server that answers now and then, but hardly takes or gives anything, is given up.
// Invariant: no upload or reading back takes longer than its bytes at the least pace, and one span more.

import type { Sftp } from './open-sftp.ts';

/** To be told of bytes that moved; ends the link with `timed-out` when a whole span was slower than the least pace. */
export function watchPace({ requests, limits }: Pick<Sftp, 'requests' | 'limits'>): (bytes: number) => void {
  const { paceTime, paceBytes } = limits;
  let began = performance.now();
  let moved = 0;
  return (bytes) => {
    moved += bytes;
    if (performance.now() - began < paceTime) return;
    if (moved < paceBytes) requests.link.fail('timed-out', { seconds: paceTime / 1000, bytesMoved: moved });
    began = performance.now();
    moved = 0;
  };
}

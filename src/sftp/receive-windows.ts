// How much a client may send before it hears from us: ssh2's 2 MiB, and up to 16 MiB over a long line.
// Invariant: what a channel may still send and what waits unread together never pass 16 MiB, and few channels have so much.

import type { ServerChannel } from 'ssh2';
import type { SessionTotals } from './ports.ts';
import type { SftpSession } from './session.ts';
import { incomingWindow } from './ssh2-inside.ts';

/** Bytes. 2 MiB are what ssh2 gives by itself. */
const narrow = 2 * 1024 * 1024;
const widest = 16 * 1024 * 1024;

/** Milliseconds from us to the client and back for which it may be `widest`: a line of 160 MB/s is full then. */
const longLine = 100;

/** ssh2 gives a window of 2 MiB again when half of it is used: who comes near that is sending much. */
const muchUsed = 1.25 * 1024 * 1024;

/** Should every one of them have to wait for a slow disk, they hold 256 MiB; the others go on with 2 MiB each. */
export const usualWideWindows = 16;

/** `totals` are those of the link, to which the session adds. */
export type Watched = {
  channel: ServerChannel;
  session: Pick<SftpSession, 'unread'>;
  totals: Readonly<Pick<SessionTotals, 'bytesIn'>>;
};

/**
 * The window for a line, by its round trip in milliseconds. Not wider than the line needs: OpenSSH's client keeps all that it may
 * send in one buffer, which costs it eight times the work at 16 MiB (measured with 9.2: 2.5 s of CPU for 192 MiB, and 0.3 at 4 MiB).
 */
export function windowFor(roundTrip: number): number {
  return Math.min(Math.max(narrow, Math.round((widest * roundTrip) / longLine)), widest);
}

export class ReceiveWindows {
  #free: number;

  /** `places`: how many channels may have more than 2 MiB at a time. */
  constructor(places: number) {
    this.#free = places;
  }

  /**
   * Widens the channel's window while the client makes use of it, to as much as the line needs and as the bytes that have
   * reached their file have shown that we keep up with. Gives the call for when the session has ended.
   */
  watch({ channel, session, totals }: Watched): () => void {
    const window = incomingWindow(channel);
    const before = totals.bytesIn;
    let firstHeard: number | undefined;
    let forLine: number | undefined;
    let isWide = false;
    let isOver = false;
    // After the session's own listener, which may have stopped the channel: who has to wait gets no more room.
    channel.on('data', () => {
      if (forLine === undefined) {
        // The client says INIT, and nothing more before it has our VERSION: there and back once.
        const now = performance.now();
        if (firstHeard === undefined) firstHeard = now;
        else forLine = windowFor(now - firstHeard);
        return;
      }
      if (isOver || forLine === narrow || channel.isPaused()) return;
      if (!isWide && window.left() <= muchUsed && totals.bytesIn > before) isWide = this.#take();
      const most = Math.min(narrow + totals.bytesIn - before, forLine);
      const room = most - window.left() - channel.readableLength - session.unread;
      if (isWide && room >= most / 2) window.add(room);
    });
    return () => {
      if (isWide && !isOver) this.#free += 1;
      isOver = true;
    };
  }

  #take(): boolean {
    if (this.#free === 0) return false;
    this.#free -= 1;
    return true;
  }
}

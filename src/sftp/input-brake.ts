// Stops what one SFTP channel's client sends, and lets it go on.
// Invariant: while it is on, what a client has sent and nobody has read does not grow beyond its channel's window.

import type { ServerChannel } from 'ssh2';
import type { SocketGuard } from './socket-guard.ts';

export type InputBrakeOptions = {
  channel: ServerChannel;
  guard: SocketGuard;
  /** True when nothing but this channel's data has to be read on the link: no other channel, no key exchange. */
  isAlone(): boolean;
  /**
   * How long the whole socket may stand still, in milliseconds. After that only the channel does: somebody must read the
   * answers to keepalives, or the link would end as dead.
   */
  patience: number;
};

export class InputBrake {
  readonly #options: InputBrakeOptions;
  #isOn = false;
  #timer: NodeJS.Timeout | undefined;

  constructor(options: InputBrakeOptions) {
    this.#options = options;
  }

  /** The socket is better than the channel: what waits, waits encrypted in the kernel's buffers and at the client. */
  set(on: boolean): void {
    if (on === this.#isOn) return;
    this.#isOn = on;
    if (on) this.#stop();
    else this.#go();
  }

  #stop(): void {
    const { channel, guard, isAlone, patience } = this.#options;
    if (!isAlone()) return void channel.pause();
    guard.hold(this);
    this.#timer = setTimeout(() => {
      channel.pause();
      guard.release(this);
    }, patience);
    this.#timer.unref();
  }

  #go(): void {
    const { channel, guard } = this.#options;
    clearTimeout(this.#timer);
    guard.release(this);
    if (channel.isPaused()) channel.resume();
  }
}

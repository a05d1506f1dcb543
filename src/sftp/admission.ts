// How many links may wait for their login, from one network and in all, and how many may be open at once.
// Invariant: every admitted link is counted out exactly once, at its login and at its end.

import { networkOf } from './login-penalties.ts';

export type AdmissionLimits = {
  /** Links without a login from one address (an IPv6 /64). A campus of fifty clients behind one address fits. */
  waitingPerAddress: number;
  waitingInAll: number;
  /** Places beyond `waitingInAll` for networks from which somebody has logged in: strangers cannot keep senders out (ruling 41). */
  waitingKnown: number;
  linksInAll: number;
};

export const usualAdmissionLimits: AdmissionLimits = {
  waitingPerAddress: 100,
  waitingInAll: 1000,
  waitingKnown: 500,
  linksInAll: 4000,
};

/** The most networks that are remembered; the oldest are forgotten first. */
const mostKnown = 50_000;

/** A place among the links. Both calls may come more than once and in any order. */
export type Admission = { loggedIn(): void; ended(): void };

export class AdmissionDesk {
  /** Called whenever somebody might be let in who was refused before. */
  onPlaceFree: () => void = () => undefined;
  readonly #limits: AdmissionLimits;
  readonly #waiting = new Map<string, number>();
  readonly #known = new Set<string>();
  #waitingInAll = 0;
  #links = 0;

  constructor(limits: AdmissionLimits) {
    this.#limits = limits;
  }

  /** A place for a new link from an address or network, or the sentence that says why there is none now. */
  admit(address: string): Admission | string {
    const network = networkOf(address);
    const waiting = this.#waiting.get(network) ?? 0;
    const places = this.#limits.waitingInAll + (this.#known.has(network) ? this.#limits.waitingKnown : 0);
    if (this.#links >= this.#limits.linksInAll || this.#waitingInAll >= places)
      return 'This server has too many links open. Try again in a minute.';
    if (waiting >= this.#limits.waitingPerAddress)
      return 'Too many links from this address wait for their login. Try again in a minute.';
    this.#waiting.set(network, waiting + 1);
    this.#waitingInAll += 1;
    this.#links += 1;
    return this.#place(network);
  }

  #place(network: string): Admission {
    let waits = true;
    let open = true;
    const leave = (): void => {
      if (!waits) return;
      waits = false;
      this.#waitingInAll -= 1;
      const left = (this.#waiting.get(network) ?? 1) - 1;
      if (left > 0) this.#waiting.set(network, left);
      else this.#waiting.delete(network);
    };
    const loggedIn = (): void => {
      if (!waits) return;
      this.#remember(network);
      leave();
      this.onPlaceFree();
    };
    const ended = (): void => {
      leave();
      if (!open) return;
      open = false;
      this.#links -= 1;
      this.onPlaceFree();
    };
    return { loggedIn, ended };
  }

  #remember(network: string): void {
    this.#known.delete(network);
    this.#known.add(network);
    const [oldest] = this.#known;
    if (this.#known.size > mostKnown && oldest !== undefined) this.#known.delete(oldest);
  }
}

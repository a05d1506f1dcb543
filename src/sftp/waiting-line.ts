// Links for which there is no place yet: they wait unread, in order, and fairly between networks, instead of being cut off.
// Invariant: a link that waits costs a socket and nothing else; nobody's line is longer than its limits, and each link is either
// let in or sent away, once.

import type { Admission, AdmissionDesk } from './admission.ts';
import { networkOf } from './login-penalties.ts';

export type LineLimits = {
  /** Links in line from one address (an IPv6 /64). */
  inLinePerAddress: number;
  inLineInAll: number;
  /** Milliseconds. */
  longestWait: number;
};

/** Those in front are let in, or have used up their login time, long before `longestWait`. */
export const usualLineLimits: LineLimits = { inLinePerAddress: 400, inLineInAll: 1000, longestWait: 60_000 };

/** One link. Exactly one of both is called, and once. */
export type Caller = {
  letIn(place: Admission): void;
  /** The sentence says why. */
  sendAway(sentence: string): void;
};

type Waiting = { address: string; caller: Caller; since: number };

export class WaitingLine {
  readonly #desk: AdmissionDesk;
  readonly #limits: LineLimits;
  /** Per network, first come first. The network whose turn is next comes first. */
  readonly #lines = new Map<string, Waiting[]>();
  #length = 0;
  #isCalling = false;

  constructor(desk: AdmissionDesk, limits: LineLimits) {
    this.#desk = desk;
    this.#limits = limits;
    desk.onPlaceFree = () => this.#callNext();
  }

  get length(): number {
    return this.#length;
  }

  /** Lets the link in now or later, or sends it away. */
  arrive(address: string, caller: Caller): void {
    const network = networkOf(address);
    const line = this.#lines.get(network) ?? [];
    const place = line.length === 0 ? this.#desk.admit(address) : undefined;
    if (place !== undefined && typeof place !== 'string') return void caller.letIn(place);
    const full = this.#refusal(network, line.length);
    if (full !== undefined) return void caller.sendAway(place ?? full);
    line.push({ address, caller, since: performance.now() });
    this.#lines.set(network, line);
    this.#length += 1;
  }

  /** Sends away who has waited too long. Called by the server now and then. */
  checkTime(): void {
    const latest = performance.now() - this.#limits.longestWait;
    for (const [network, line] of [...this.#lines])
      while (line[0] !== undefined && line[0].since <= latest) this.#take(network, line)?.sendAway(tooLong);
  }

  close(sentence: string): void {
    for (const [network, line] of [...this.#lines])
      while (line.length > 0) this.#take(network, line)?.sendAway(sentence);
  }

  /** Places go round: each network in turn gets one, as long as there are any. */
  #callNext(): void {
    if (this.#isCalling) return;
    this.#isCalling = true;
    let called = this.#length > 0;
    while (called) {
      called = false;
      for (const [network, line] of [...this.#lines]) if (this.#callFirst(network, line)) called = true;
    }
    this.#isCalling = false;
  }

  #callFirst(network: string, line: Waiting[]): boolean {
    const place = line[0] === undefined ? '' : this.#desk.admit(line[0].address);
    if (typeof place === 'string') return false;
    const caller = this.#take(network, line);
    if (line.length > 0) {
      this.#lines.delete(network);
      this.#lines.set(network, line);
    }
    caller?.letIn(place);
    return true;
  }

  #take(network: string, line: Waiting[]): Caller | undefined {
    const waiting = line.shift();
    if (waiting === undefined) return undefined;
    this.#length -= 1;
    if (line.length === 0) this.#lines.delete(network);
    return waiting.caller;
  }

  /** Undefined when there is room, if need be in the place of the last one of the longest line. */
  #refusal(network: string, own: number): string | undefined {
    const { inLinePerAddress, inLineInAll } = this.#limits;
    if (own >= inLinePerAddress) return tooManyHere;
    if (this.#length < inLineInAll) return undefined;
    let longest: [network: string, line: Waiting[]] | undefined;
    for (const entry of this.#lines) if (entry[1].length > (longest?.[1].length ?? 0)) longest = entry;
    if (longest === undefined || longest[0] === network || longest[1].length <= own + 1) return tooManyInAll;
    const last = longest[1].pop();
    this.#length -= 1;
    last?.caller.sendAway(tooManyHere);
    return undefined;
  }
}

const tooManyHere = 'Too many links from this address wait for their login. Try again in a minute.';
const tooManyInAll = 'This server has too many links open. Try again in a minute.';
const tooLong = 'Too many links came before this one and wait for their login. Try again in a minute.';

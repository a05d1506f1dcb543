// Slows down guessing of passwords: locks pairs of address and account, and delays the rest (ruling 41).
// Invariant: failures from one address never lock an account for another address.

import { isIPv6 } from 'node:net';
import { setTimeout } from 'node:timers/promises';
import { AppError } from '../domain/errors.ts';
import type { Clock } from '../domain/ports.ts';

/** Refused for now; `retryAfterSeconds` is how long to wait. */
export class TooManyAttempts extends AppError {
  readonly retryAfterSeconds: number;
  constructor(retryAfterSeconds: number) {
    super(
      'too-many',
      'too-many-attempts',
      'Too many attempts to sign in failed from here.',
      `Try again in ${retryAfterSeconds < 90 ? `${retryAfterSeconds} seconds` : `${Math.ceil(retryAfterSeconds / 60)} minutes`}.`,
    );
    this.name = 'TooManyAttempts';
    this.retryAfterSeconds = retryAfterSeconds;
  }
}

export type SignInPenalties = {
  /**
   * Runs a check of a password in the turn of its pair of address and account, and counts the outcome. Gives what the
   * check gives. Throws TooManyAttempts while the pair is locked; waits first when the account is guessed at from everywhere.
   */
  attempt(address: string, account: string, check: () => Promise<boolean>): Promise<boolean>;
};

/** A pair may fail so often before it is locked: 10 s, 20 s, 40 s … 15 min. */
const freeFailures = 5;
const firstLock = 10_000;
const longestLock = 15 * 60_000;
/** Failures at one account from everywhere that cost nothing; each further one delays by a quarter of a second. */
const freeAtAccount = 20;
const longestDelay = 3_000;
const forgetAfter = 60 * 60_000;
const most = 20_000;

/** More attempts of one pair than these do not wait for their turn. */
const mostWaiting = 20;

type Record = { failures: number; last: number };
type Turn = { waiting: number; last: Promise<unknown> };

/** Kept in memory: each node counts for itself, and a restart forgets. `pause` waits, in milliseconds. */
export function openSignInPenalties(
  clock: Clock,
  pause: (ms: number) => Promise<unknown> = (ms) => setTimeout(ms),
): SignInPenalties {
  const pairs = new Map<string, Record>();
  const accounts = new Map<string, Record>();
  const turns = new Map<string, Turn>();
  const now = () => clock.now().getTime();

  const checked = async (pair: string, account: string, check: () => Promise<boolean>) => {
    const record = recall(pairs, pair, now());
    const wait = record ? record.last + lockFor(record.failures) - now() : 0;
    if (wait > 0) throw new TooManyAttempts(Math.ceil(wait / 1000));
    const delay = delayFor(recall(accounts, account, now())?.failures ?? 0);
    if (delay > 0) await pause(delay);
    const right = await check();
    if (right) pairs.delete(pair);
    else
      for (const [records, key] of [[pairs, pair] as const, [accounts, account] as const]) count(records, key, now());
    return right;
  };

  return {
    // One after the other, so that many guesses at once count like many guesses.
    attempt: (address, account, check) => {
      const name = accountKey(account);
      const pair = `${networkOf(address)} ${name}`;
      const turn = turns.get(pair) ?? { waiting: 0, last: Promise.resolve() };
      if (turn.waiting >= mostWaiting) return Promise.reject(new TooManyAttempts(1));
      turn.waiting++;
      const mine = turn.last.then(() => checked(pair, name, check));
      turn.last = mine
        .catch(() => undefined)
        .then(() => {
          turn.waiting--;
          if (turn.waiting === 0) turns.delete(pair);
        });
      turns.set(pair, turn);
      return mine;
    },
  };
}

function delayFor(failures: number): number {
  return Math.min(longestDelay, Math.max(0, failures - freeAtAccount) * 250);
}

function lockFor(failures: number): number {
  if (failures < freeFailures) return 0;
  return Math.min(longestLock, firstLock * 2 ** Math.min(20, failures - freeFailures));
}

function recall(records: Map<string, Record>, key: string, now: number): Record | undefined {
  const found = records.get(key);
  if (found && now - found.last > forgetAfter) {
    records.delete(key);
    return undefined;
  }
  return found;
}

function count(records: Map<string, Record>, key: string, now: number): void {
  const failures = (recall(records, key, now)?.failures ?? 0) + 1;
  // Deleted and set again, the newest stands last; the oldest goes when there are too many.
  records.delete(key);
  records.set(key, { failures, last: now });
  const [oldest] = records.keys();
  if (records.size > most && oldest !== undefined) records.delete(oldest);
}

function accountKey(account: string): string {
  return account.trim().toLowerCase().slice(0, 320);
}

/** An IPv6 address stands for its /64 network, which one machine has to itself. */
export function networkOf(address: string): string {
  if (!isIPv6(address)) return address;
  const mapped = /^::ffff:(\d+\.\d+\.\d+\.\d+)$/i.exec(address);
  if (mapped?.[1]) return mapped[1];
  const [head = '', tail] = address.split('%')[0]?.split('::') ?? [];
  const first = head === '' ? [] : head.split(':');
  const last = tail === undefined || tail === '' ? [] : tail.split(':');
  const zeros =
    tail === undefined ? [] : Array.from({ length: Math.max(0, 8 - first.length - last.length) }, () => '0');
  const groups = [...first, ...zeros, ...last].slice(0, 4).map((group) => Number.parseInt(group, 16).toString(16));
  return `${groups.join(':')}::/64`;
}

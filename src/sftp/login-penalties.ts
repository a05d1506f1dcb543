// What wrong passwords cost: a pair of (address, account) is locked for a while, an address as such is only slowed down.
// Invariant: nobody can lock an account for others, nor a campus behind one address out of its accounts (ruling 41).

import type { Clock } from '../domain/ports.ts';

/** `wait`: milliseconds to wait before the password is looked at. */
export type PenaltyVerdict = { locked: boolean; wait: number };

/** Kept by the edge in memory or, for several nodes, elsewhere. Keys that prove themselves are never locked. */
export type LoginPenalties = {
  before(address: string, account: string): Promise<PenaltyVerdict>;
  failed(address: string, account: string): Promise<void>;
  succeeded(address: string, account: string): Promise<void>;
};

export type PenaltyRules = {
  /** So many failures of one pair within the window lock it. */
  failuresToLock: number;
  window: number;
  lockFor: number;
  /** Failures of an address over all accounts that cost nothing; each one more costs `step`, up to `longestWait`. */
  freeFailures: number;
  step: number;
  longestWait: number;
  /** A pair that logged in within this time is not slowed down by its neighbours. */
  trustFor: number;
  /** The most pairs and addresses that are remembered; the oldest are forgotten first. */
  remembered: number;
};

const minute = 60_000;

/** Durations in milliseconds. */
export const usualPenaltyRules: PenaltyRules = {
  failuresToLock: 12,
  window: 10 * minute,
  lockFor: 10 * minute,
  freeFailures: 20,
  step: 250,
  longestWait: 5_000,
  trustFor: 7 * 24 * 60 * minute,
  remembered: 50_000,
};

type Tally = { failures: number; since: number; lockedUntil: number; succeededAt: number };

export function createMemoryPenalties(clock: Clock, rules: PenaltyRules = usualPenaltyRules): LoginPenalties {
  const pairs = new Map<string, Tally>();
  const addresses = new Map<string, Tally>();
  const now = (): number => clock.now().getTime();

  function count(tallies: Map<string, Tally>, key: string): Tally {
    const at = now();
    const old = tallies.get(key);
    const fresh = old !== undefined && at - old.since < rules.window;
    const tally: Tally = {
      failures: (fresh ? old.failures : 0) + 1,
      since: fresh ? old.since : at,
      lockedUntil: old?.lockedUntil ?? 0,
      succeededAt: old?.succeededAt ?? 0,
    };
    remember(tallies, key, tally);
    return tally;
  }

  /** A map keeps its order of insertion: what was touched last goes to the end. */
  function remember(tallies: Map<string, Tally>, key: string, tally: Tally): void {
    tallies.delete(key);
    tallies.set(key, tally);
    if (tallies.size <= rules.remembered) return;
    const [oldest] = tallies.keys();
    if (oldest !== undefined) tallies.delete(oldest);
  }

  return {
    async before(address, account) {
      const at = now();
      const network = networkOf(address);
      const pair = pairs.get(pairKey(network, account));
      if (pair !== undefined && pair.lockedUntil > at) return { locked: true, wait: 0 };
      if (pair !== undefined && pair.succeededAt > 0 && at - pair.succeededAt < rules.trustFor)
        return { locked: false, wait: 0 };
      const tally = addresses.get(network);
      if (tally === undefined || at - tally.since >= rules.window) return { locked: false, wait: 0 };
      const over = Math.max(tally.failures - rules.freeFailures, 0);
      return { locked: false, wait: Math.min(over * rules.step, rules.longestWait) };
    },

    async failed(address, account) {
      const network = networkOf(address);
      count(addresses, network);
      const pair = count(pairs, pairKey(network, account));
      if (pair.failures < rules.failuresToLock) return;
      pair.lockedUntil = now() + rules.lockFor;
      pair.failures = 0;
    },

    async succeeded(address, account) {
      remember(pairs, pairKey(networkOf(address), account), {
        failures: 0,
        since: now(),
        lockedUntil: 0,
        succeededAt: now(),
      });
    },
  };
}

function pairKey(network: string, account: string): string {
  return `${network} ${account}`;
}

/** Who counts as one sender: an IPv4 address, or the /64 of an IPv6 address, which one host has to itself. */
export function networkOf(address: string): string {
  const mapped = /^::ffff:(\d+\.\d+\.\d+\.\d+)$/i.exec(address);
  if (mapped?.[1] !== undefined) return mapped[1];
  if (!address.includes(':')) return address;
  const [head = '', tail] = (address.split('%')[0] ?? '').split('::');
  const groups = head === '' ? [] : head.split(':');
  const after = tail === undefined || tail === '' ? [] : tail.split(':');
  while (tail !== undefined && groups.length + after.length < 8) groups.push('0');
  const first = [...groups, ...after].slice(0, 4).map((group) => Number.parseInt(group, 16).toString(16));
  return `${first.join(':')}::/64`;
}

// Connects to hosts that people entered, within the rules of this installation.
// Invariant: a socket is only ever opened to an IP literal that was checked; the name is resolved once for each connection.

import { lookup } from 'node:dns/promises';
import { connect as connectSocket, isIP, type Socket } from 'node:net';
import { refusedReason } from '../../domain/network-rules.ts';
import type { Connect } from '../../domain/ports.ts';
import { type ObservationKind, RemoteError, type StageName } from '../../domain/remote.ts';
import { tellStage } from '../../domain/tell-stage.ts';

/** Times in milliseconds. */
export type ConnectLimits = { lookupTime: number; connectTime: number; addresses: number };

const defaultLimits: ConnectLimits = { lookupTime: 10_000, connectTime: 10_000, addresses: 6 };

/** All addresses of a name, in the system's order of preference. Throws with the resolver's `code`. */
export type Lookup = (host: string) => Promise<string[]>;

export function createConnect(options: {
  allowNetworks: readonly string[];
  limits?: Partial<ConnectLimits>;
  lookup?: Lookup;
}): Connect {
  const limits = { ...defaultLimits, ...options.limits };
  const lookUp = options.lookup ?? systemLookup;
  return async ({ host, port }, { signal, onStage }) => {
    const name = host.replace(/^\[(.*)\]$/, '$1');
    const { allowed, refused } = await tellStage(
      'resolve',
      onStage,
      async () => {
        const addresses = await resolve(name, lookUp, limits, signal);
        return checked(addresses, name, options.allowNetworks);
      },
      (found) => resolvedSentence(name, found.allowed, found.refused),
    );
    return tellStage(
      'connect',
      onStage,
      () => connectToFirst(allowed.slice(0, limits.addresses), port, refused, limits, signal),
      ({ address }) => `Connected to ${address}, port ${port}.`,
    );
  };
}

async function systemLookup(host: string): Promise<string[]> {
  const found = await lookup(host, { all: true, order: 'verbatim' });
  return found.map(({ address }) => address);
}

async function resolve(name: string, lookUp: Lookup, limits: ConnectLimits, signal: AbortSignal): Promise<string[]> {
  const facts = { host: printable(name) };
  if (signal.aborted) throw observed('resolve', 'stopped', facts);
  // The system's resolver takes an empty name for this machine.
  if (name.trim() === '') throw observed('resolve', 'name-not-found', facts);
  if (isIP(name) !== 0) return [name];
  const over = new AbortController();
  const late = once(AbortSignal.any([AbortSignal.timeout(limits.lookupTime), signal]), over.signal).then(() =>
    Promise.reject(
      signal.aborted
        ? observed('resolve', 'stopped', facts)
        : observed('resolve', 'name-lookup-failed', { ...facts, code: 'ETIMEOUT', seconds: limits.lookupTime / 1000 }),
    ),
  );
  try {
    const addresses = [...new Set(await Promise.race([lookUp(name), late]))];
    if (addresses.length === 0) throw observed('resolve', 'name-not-found', facts);
    return addresses;
  } catch (error) {
    if (error instanceof RemoteError) throw error;
    const code = codeOf(error);
    const unknown = code === 'ENOTFOUND' || code === 'ENODATA' || code === 'ERR_INVALID_ARG_VALUE';
    throw observed('resolve', unknown ? 'name-not-found' : 'name-lookup-failed', { ...facts, code });
  } finally {
    over.abort();
  }
}

/** Resolves when the signal fires; never when `over` fires first. */
function once(signal: AbortSignal, over: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    if (signal.aborted) resolve();
    else signal.addEventListener('abort', () => resolve(), { once: true, signal: over });
  });
}

type Judged = { allowed: string[]; refused: string[] };

function checked(addresses: readonly string[], name: string, allow: readonly string[]): Judged {
  const judged = addresses.map((address) => ({ address, reason: refusedReason(address, allow) }));
  const allowed = judged.filter(({ reason }) => reason === null).map(({ address }) => address);
  const refused = judged.filter(({ reason }) => reason !== null).map(({ address }) => address);
  if (allowed.length > 0) return { allowed: alternating(allowed), refused };
  throw observed('resolve', 'address-refused-by-rule', {
    host: printable(name),
    addresses: refused,
    reasons: judged.map(({ address, reason }) => `${address} is ${reason}`),
  });
}

/** The preferred family first, then one of each in turn (RFC 8305 section 4), so that one broken family costs one wait. */
function alternating(addresses: readonly string[]): string[] {
  const first = addresses.filter((address) => isIP(address) === isIP(addresses[0] ?? ''));
  const second = addresses.filter((address) => !first.includes(address));
  return first.flatMap((address, at) => [address, ...second.slice(at, at + 1)]).concat(second.slice(first.length));
}

function resolvedSentence(name: string, allowed: readonly string[], refused: readonly string[]): string {
  const what = isIP(name) === 0 ? `${printable(name)} leads to ${allowed.join(', ')}.` : `The address is ${name}.`;
  return refused.length === 0 ? what : `${what} Left out, because they may not be reached: ${refused.join(', ')}.`;
}

/** What a failed attempt says about the host, the most telling one first. */
const telling: readonly ObservationKind[] = ['connection-refused', 'timed-out', 'closed', 'unreachable'];

async function connectToFirst(
  addresses: readonly string[],
  port: number,
  leftOut: readonly string[],
  limits: ConnectLimits,
  signal: AbortSignal,
): Promise<{ socket: Socket; address: string }> {
  const failed: { kind: ObservationKind; words: string }[] = [];
  for (const address of addresses) {
    if (signal.aborted) break;
    const outcome = await attempt(address, port, limits.connectTime, signal);
    if ('socket' in outcome) return { socket: outcome.socket, address };
    failed.push({ kind: outcome.kind, words: `${address}: ${outcome.code}` });
  }
  const kind = telling.find((candidate) => failed.some((failure) => failure.kind === candidate)) ?? 'unreachable';
  throw observed('connect', signal.aborted ? 'stopped' : kind, {
    port,
    tried: failed.map(({ words }) => words),
    ...(leftOut.length > 0 ? { leftOut } : {}),
    ...(kind === 'timed-out' ? { seconds: limits.connectTime / 1000 } : {}),
  });
}

type Attempt = { socket: Socket } | { kind: ObservationKind; code: string };

function attempt(address: string, port: number, time: number, signal: AbortSignal): Promise<Attempt> {
  return new Promise((settle) => {
    // An IP literal: nothing is resolved again, so nobody can change the answer after the check.
    const socket = connectSocket({ host: address, port, noDelay: true, keepAlive: true });
    const timer = setTimeout(() => end({ kind: 'timed-out', code: 'ETIMEDOUT' }), time);
    const stop = () => end({ kind: 'stopped', code: 'stopped' });
    signal.addEventListener('abort', stop, { once: true });
    const end = (outcome: Attempt) => {
      clearTimeout(timer);
      signal.removeEventListener('abort', stop);
      socket.removeListener('error', failed);
      // Whoever takes the socket listens for its errors; until then one must not end the process.
      socket.on('error', () => undefined);
      if (!('socket' in outcome)) socket.destroy();
      settle(outcome);
    };
    const failed = (error: Error) => end({ kind: kindOf(codeOf(error)), code: codeOf(error) });
    socket.once('error', failed);
    socket.once('connect', () => end({ socket }));
  });
}

function kindOf(code: string): ObservationKind {
  if (code === 'ECONNREFUSED') return 'connection-refused';
  if (code === 'ETIMEDOUT') return 'timed-out';
  return code === 'ECONNRESET' || code === 'EPIPE' ? 'closed' : 'unreachable';
}

function codeOf(error: unknown): string {
  return error instanceof Error && 'code' in error && typeof error.code === 'string' ? error.code : 'unknown';
}

function printable(text: string): string {
  return text.replace(/[^\p{L}\p{M}\p{N}\p{P}\p{S} ]/gu, '?').slice(0, 255);
}

function observed(stage: StageName, kind: ObservationKind, facts: RemoteError['observation']['facts']): RemoteError {
  return new RemoteError({ stage, kind, facts });
}

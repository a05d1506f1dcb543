// Starts the SFTP edge on a free port with a memory root and simple logins, for tests of the edge alone.
// Invariant: everything that it starts ends with `stop`.

import assert from 'node:assert/strict';
import type { TestContext } from 'node:test';
import type { VirtualRoot } from '../../src/domain/virtual-files.ts';
import type {
  LoginResult,
  RefusedSession,
  SessionEnd,
  SessionTotals,
  SftpPorts,
  StartedSession,
} from '../../src/sftp/ports.ts';
import { type SftpServer, type SftpServerOptions, startSftpServer } from '../../src/sftp/server.ts';
import { createMemoryRoot, type MemoryRoot } from './memory-root.ts';
import { makeSshKey, type SshKeyPair } from './ssh-keys.ts';

export const edgeUser = 'college';
export const edgePassword = 'correct-horse-battery-staple';

export type EdgeRecords = {
  started: StartedSession[];
  refused: RefusedSession[];
  ended: { session: StartedSession; totals: SessionTotals; end: SessionEnd }[];
  bugs: unknown[];
  /** Which logins were asked about, as `method user`. */
  asked: string[];
};

export type Edge = { server: SftpServer; root: MemoryRoot; hostKeys: SshKeyPair[]; records: EdgeRecords };

export type EdgeSettings = Partial<Omit<SftpServerOptions, 'ports' | 'clock'>> & {
  /** SHA256 fingerprints of keys that may log in. */
  keys?: string[];
  /** What a good credential means: enough, or one of two. */
  login?: 'either' | 'both';
  openRoot?: () => Promise<VirtualRoot>;
  /** Thrown when a session is to be recorded. */
  recordFails?: Error;
  /** Otherwise a bug that the edge reports fails the test. */
  bugsExpected?: boolean;
};

let madeKeys: Promise<SshKeyPair[]> | undefined;

/** Host keys are made once for all tests of a process: RSA takes its time. */
export function testHostKeys(): Promise<SshKeyPair[]> {
  madeKeys ??= Promise.all((['ssh-ed25519', 'ecdsa-sha2-nistp256', 'ssh-rsa'] as const).map(makeSshKey));
  return madeKeys;
}

/** A server that is closed when the test ends. */
export async function startEdge(t: TestContext, settings: EdgeSettings = {}): Promise<Edge> {
  const { keys, login, openRoot, recordFails, bugsExpected = false, ...options } = settings;
  const root = createMemoryRoot();
  const records: EdgeRecords = { started: [], refused: [], ended: [], bugs: [], asked: [] };
  const hostKeys = await testHostKeys();
  const server = await startSftpServer({
    host: '127.0.0.1',
    port: 0,
    hostKeys: hostKeys.map((key) => key.privateKey),
    loginRules: { firstRefusal: 5, slowestRefusal: 10, offerRefusal: 1 },
    ...options,
    clock: { now: () => new Date() },
    ports: testPorts(records, { openRoot: async () => root, ...settings }),
  });
  t.after(async () => {
    await server.close(0);
    if (!bugsExpected) assert.deepEqual(records.bugs, []);
  });
  return { server, root, hostKeys, records };
}

function testPorts(records: EdgeRecords, settings: EdgeSettings & { openRoot: () => Promise<VirtualRoot> }): SftpPorts {
  const { keys = [], login = 'either', openRoot, recordFails } = settings;
  const ids = { institutionId: 'institution-1', feedId: 'feed-1' };
  const refused = (reason: string) => ({ kind: 'refused', ...ids, reason }) as const;
  const accepted: LoginResult = { kind: 'accepted', ...ids, openRoot };
  const decide = (good: boolean, reason: string, other: boolean): LoginResult => {
    if (!good) return refused(reason);
    return login === 'either' || other ? accepted : { kind: 'partial', ...ids };
  };
  return {
    authenticate: {
      async byPassword(username, password, { proven }) {
        records.asked.push(`byPassword ${username}`);
        const good = username === edgeUser && password === edgePassword;
        return decide(good, 'wrong-password', proven.includes('publickey'));
      },
      async offersKey(username, key) {
        records.asked.push(`offersKey ${username}`);
        const known = username === edgeUser && keys.includes(key.fingerprint);
        return known ? { kind: 'welcome' } : refused('unknown-key');
      },
      async byKey(username, key, { proven }) {
        records.asked.push(`byKey ${username}`);
        const good = username === edgeUser && keys.includes(key.fingerprint);
        return decide(good, 'unknown-key', proven.includes('password'));
      },
    },
    sessions: {
      async sessionStarted(session) {
        if (recordFails !== undefined) throw recordFails;
        records.started.push(session);
      },
      async sessionRefused(refusal) {
        records.refused.push(refusal);
      },
      async sessionEnded(session, totals, end) {
        records.ended.push({ session, totals: { ...totals }, end });
      },
    },
    reportBug: (_message, cause) => records.bugs.push(cause),
  };
}

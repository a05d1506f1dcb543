// What tests of accounts and of the HTTP edge stand on: a fresh database, real files, a clock to turn, and a log to read.
// Invariant: only the clock is replaced; everything else is what runs in production.

import { randomBytes } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pino } from 'pino';
import { createInstitution } from '../../src/accounts/create-institution.ts';
import { createUser } from '../../src/accounts/create-user.ts';
import { openPasswords, type Passwords } from '../../src/accounts/passwords.ts';
import { createToken } from '../../src/accounts/tokens.ts';
import { openDiskFiles } from '../../src/adapters/disk-files/open-disk-files.ts';
import { createHttpPost } from '../../src/adapters/http-post/http-post.ts';
import { createConnect } from '../../src/adapters/network/connect.ts';
import { createEncrypter } from '../../src/adapters/open-pgp/encrypter.ts';
import { openRemoteServers } from '../../src/adapters/remote-sftp/remote-servers.ts';
import { createSealer } from '../../src/adapters/sealing/sealer.ts';
import type { Deps } from '../../src/deps.ts';
import { type Actor, type Role, systemActor } from '../../src/domain/actor.ts';
import type { FeedId } from '../../src/domain/ids.ts';
import { createFeed } from '../../src/inbound/create-feed.ts';
import { listFeedSettings } from '../../src/store/feed-settings.ts';
import type { InstitutionRecord } from '../../src/store/institutions.ts';
import { freshDatabase } from './database.ts';

export type TestDeps = Deps & {
  passwords: Passwords;
  /** Where the files lie. */
  folder: string;
  /** Every line of the log, as text. */
  lines: string[];
  /** Moves the clock on, in milliseconds. */
  pass(ms: number): void;
  /** The feeds whose sessions were ended, in order. */
  ended: FeedId[];
  /** For programs of their own that work on the same database. */
  databaseUrl: string;
  close(): Promise<void>;
};

export async function openTestDeps(installation: { publicUrl?: string } = {}): Promise<TestDeps> {
  const database = await freshDatabase();
  const folder = await mkdtemp(join(tmpdir(), 'causeway-accounts-'));
  const lines: string[] = [];
  const ended: FeedId[] = [];
  let now = Date.now();
  const connect = createConnect({ allowNetworks: ['127.0.0.0/8'] });
  return {
    db: database.db,
    databaseUrl: database.config.url,
    files: await openDiskFiles({ folder }),
    clock: { now: () => new Date(now) },
    newId: uuidV7(),
    sealer: createSealer(randomBytes(32)),
    encrypter: createEncrypter(),
    log: pino({ level: 'trace' }, { write: (line: string) => void lines.push(line) }),
    installation: {
      version: '0.0.0-test',
      publicSftp: () => ({ host: 'sftp.example.edu', port: 2022 }),
      egressAddresses: [],
      publicUrl: () => installation.publicUrl ?? 'http://localhost:8080',
    },
    wakeImports: () => undefined,
    endSessions: (feedId) => void ended.push(feedId),
    queue: { send: async () => undefined },
    remote: openRemoteServers({ connect }),
    post: createHttpPost({ connect }),
    mail: null,
    notify: async () => undefined,
    passwords: openPasswords(),
    folder,
    lines,
    ended,
    pass: (ms) => {
      now += ms;
    },
    close: async () => {
      await database.close();
      await rm(folder, { recursive: true, force: true });
    },
  };
}

/** UUID v7 (RFC 9562 section 5.7) that ascend within this process. */
function uuidV7(): Deps['newId'] {
  let last = 0n;
  return <Id extends string>() => {
    const next = (BigInt(Date.now()) << 12n) | 0n;
    last = next > last ? next : last + 1n;
    const hex = last.toString(16).padStart(15, '0');
    const tail = randomBytes(8);
    tail[0] = ((tail[0] ?? 0) & 0x3f) | 0x80;
    const rest = tail.toString('hex');
    return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-7${hex.slice(12)}-${rest.slice(0, 4)}-${rest.slice(4)}` as Id;
  };
}

/** An institution with its first feed, as an operator makes it. */
export async function makeInstitution(
  deps: TestDeps,
  slug: string,
  country = 'US',
): Promise<InstitutionRecord & { feedId: FeedId }> {
  const wanted = { name: `Institution ${slug}`, slug, timeZone: 'America/New_York', country };
  const institution = await createInstitution(deps, systemActor, wanted, (tx, made) =>
    createFeed(deps, tx, systemActor, made, 'SFTP inbound'),
  );
  const [feed] = await listFeedSettings(deps.db, institution.id);
  if (!feed) throw new Error('the first feed is missing');
  return { ...institution, feedId: feed.id };
}

/** A token of a role, made by the system; `institution` is a slug. */
export async function makeToken(deps: TestDeps, role: Role, institution?: string): Promise<string> {
  const { secret } = await createToken(deps, systemActor, { name: `${role} token`, role, institution });
  return secret;
}

export const testPassword = 'correct horse battery';

export async function makeUser(deps: TestDeps, role: Role, email: string, institution?: string) {
  return createUser(deps, systemActor, { email, name: `The ${role}`, role, institution, password: testPassword });
}

export function actorFor(role: Role, institution: InstitutionRecord | null): Actor {
  return { kind: 'user', id: null, name: `The ${role}`, role, institutionId: institution?.id ?? null };
}

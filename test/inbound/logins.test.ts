// Who may log in to a feed, and what the session log keeps of it.

import assert from 'node:assert/strict';
import { generateKeyPairSync, randomUUID } from 'node:crypto';
import { type TestContext, test } from 'node:test';
import { createSealer } from '../../src/adapters/sealing/sealer.ts';
import { systemActor } from '../../src/domain/actor.ts';
import type { SessionId } from '../../src/domain/ids.ts';
import { parsePublicKey } from '../../src/domain/public-keys.ts';
import { describeSession, sessionReasons } from '../../src/domain/session-reasons.ts';
import { addFeedKey } from '../../src/inbound/add-feed-key.ts';
import { type FeedLogins, feedLogins, type LoginFacts, type LoginKey } from '../../src/inbound/authenticate-feed.ts';
import { keptPassword, openPassword } from '../../src/inbound/feed-password.ts';
import { loadHostKeys } from '../../src/inbound/host-keys.ts';
import { sessionRecorder } from '../../src/inbound/record-session.ts';
import type { Authenticate, SessionLog } from '../../src/sftp/ports.ts';
import { getSealedPassword, replacePassword } from '../../src/store/feed-settings.ts';
import { listSessions } from '../../src/store/session-log.ts';
import { addTestFeed, openTestFeed, type TestFeed } from '../kit/feed-root.ts';

const from = (
  address: string,
  ...proven: LoginFacts['proven']
): LoginFacts & { sessionId: string; client: string } => ({
  address,
  proven,
  sessionId: randomUUID(),
  client: 'x',
});
const near = from('192.0.2.7');

function newKey(): LoginKey & { line: string } {
  const spki = generateKeyPairSync('ed25519').publicKey.export({ type: 'spki', format: 'pem' }).toString();
  const { type, blob, sha256, line } = parsePublicKey(spki);
  return { type, blob, fingerprint: sha256, line };
}

type Ready = { feed: TestFeed; logins: FeedLogins; password: string; key: ReturnType<typeof newKey> };

async function prepare(t: TestContext): Promise<Ready> {
  const feed = await openTestFeed(t);
  const { deps, institutionId, feedId } = feed;
  const sealed = await getSealedPassword(deps.db, institutionId, feedId);
  assert.ok(sealed);
  const key = newKey();
  await addFeedKey(deps, systemActor, institutionId, feedId, `${key.line} office`);
  // The edge takes it as it is: the shapes agree.
  const logins: FeedLogins & Authenticate = feedLogins(deps);
  return { feed, logins, password: openPassword(deps.sealer, institutionId, feedId, sealed), key };
}

const set = (feed: TestFeed, column: string, value: unknown) =>
  feed.deps.db.execute(`update feeds set ${column} = $2 where id = $1`, [feed.feedId, value]);

const outcome = (login: { kind: string; reason?: string; feedId?: unknown }) =>
  login.kind === 'refused' ? login.reason : login.kind;

test('the password of the feed lets in, any other does not, and an unknown user is told nothing else', async (t) => {
  const { feed, logins, password } = await prepare(t);
  const good = await logins.byPassword('north', password, near);
  assert.deepEqual([good.kind, good.institutionId, good.feedId], ['accepted', feed.institutionId, feed.feedId]);
  for (const wrong of ['', `${password} `, password.slice(1), password.toUpperCase(), 'x'.repeat(1024), '\0'])
    assert.deepEqual([wrong, outcome(await logins.byPassword('north', wrong, near))], [wrong, 'wrong-password']);
  for (const user of [
    'nobody',
    '',
    'North',
    'north ',
    'north\0',
    "' or 1=1 --",
    '../north',
    'ｎorth',
    'x'.repeat(255),
    '\uD800',
  ]) {
    const refused = await logins.byPassword(user, password, near);
    assert.deepEqual([outcome(refused), refused.feedId], ['unknown-user', null]);
  }
});

test('the root that a login opens is the feed’s own', async (t) => {
  const { feed, logins, password } = await prepare(t);
  const south = await addTestFeed(feed.deps, 'south');
  const login = await logins.byPassword('north', password, near);
  assert.ok(login.kind === 'accepted');
  const session = { sessionId: randomUUID(), loginMethod: 'password', client: 'x', address: '192.0.2.7' };
  const root = await login.openRoot(session);
  await root.makeFolder('/mine', {});
  await root.end();
  assert.deepEqual(await feed.deps.db.query('select institution_id, feed_id, path from sftp_entries'), [
    { institution_id: feed.institutionId, feed_id: feed.feedId, path: '/mine' },
  ]);
  assert.notEqual(south.feedId, feed.feedId);
});

test('during an overlap the password before the present one works, and not a moment longer', async (t) => {
  const { feed, logins, password } = await prepare(t);
  const { deps, institutionId, feedId } = feed;
  const renewed = keptPassword(deps.sealer, institutionId, feedId, 'the-new-one');
  const keepOldUntil = new Date(deps.clock.now().getTime() + 3_600_000);
  await deps.db.transaction((tx) =>
    replacePassword(tx, institutionId, feedId, { ...renewed, keepOldUntil, now: deps.clock.now() }),
  );
  const both = async () =>
    [await logins.byPassword('north', password, near), await logins.byPassword('north', 'the-new-one', near)].map(
      outcome,
    );
  assert.deepEqual(await both(), ['accepted', 'accepted']);
  deps.pass(3_600_001);
  assert.deepEqual(await both(), ['wrong-password', 'accepted']);
});

test('an installed key is welcome and lets in; its use is noted; any other key is not', async (t) => {
  const { feed, logins, key } = await prepare(t);
  const other = newKey();
  const used = () => feed.deps.db.queryOne<{ at: Date | null }>('select last_used_at as at from feed_keys');
  assert.equal(outcome(await logins.offersKey('north', key, near)), 'welcome');
  assert.equal(outcome(await logins.offersKey('north', other, near)), 'key-not-installed');
  assert.equal(outcome(await logins.offersKey('nobody', key, near)), 'unknown-user');
  assert.equal((await used())?.at, null);
  assert.equal(outcome(await logins.byKey('north', key, near)), 'accepted');
  assert.deepEqual((await used())?.at, feed.deps.clock.now());
  assert.equal(outcome(await logins.byKey('north', other, near)), 'key-not-installed');
  assert.equal(outcome(await logins.byKey('nobody', key, near)), 'unknown-user');
});

test('a key of another feed, or another blob under the same fingerprint, does not let in', async (t) => {
  const { feed, logins, key } = await prepare(t);
  await addTestFeed(feed.deps, 'south');
  assert.equal(outcome(await logins.byKey('south', key, near)), 'key-not-installed');
  const forged = { ...newKey(), fingerprint: key.fingerprint };
  assert.equal(outcome(await logins.byKey('north', forged, near)), 'key-not-installed');
  for (const blob of [new Uint8Array(), Buffer.from('../../etc/passwd')])
    assert.equal(outcome(await logins.byKey('north', { ...key, blob }, near)), 'key-not-installed');
});

test('the login methods of a feed decide what is enough', async (t) => {
  const { feed, logins, password, key } = await prepare(t);
  const all = async () => {
    const proven = (what: 'password' | 'publickey') => from('192.0.2.7', what);
    const results = [
      await logins.byPassword('north', password, near),
      await logins.byKey('north', key, near),
      await logins.byPassword('north', password, proven('publickey')),
      await logins.byKey('north', key, proven('password')),
      await logins.byPassword('north', 'wrong', proven('publickey')),
    ];
    return results.map(outcome);
  };
  const expected: [string, (string | undefined)[]][] = [
    ['any', ['accepted', 'accepted', 'accepted', 'accepted', 'wrong-password']],
    ['password', ['accepted', 'key-not-accepted', 'accepted', 'key-not-accepted', 'wrong-password']],
    ['public-key', ['password-not-accepted', 'accepted', 'password-not-accepted', 'accepted', 'password-not-accepted']],
    ['password+key', ['partial', 'partial', 'accepted', 'accepted', 'wrong-password']],
  ];
  for (const [methods, results] of expected) {
    await set(feed, 'login_methods', methods);
    assert.deepEqual([methods, await all()], [methods, results]);
  }
});

test('a feed that lists addresses accepts these only, in either family, for passwords and keys', async (t) => {
  const { feed, logins, password, key } = await prepare(t);
  await set(feed, 'allowed_addresses', ['198.51.100.0/24', '203.0.113.9/32', '2001:db8:1::/48', 'not an address/99']);
  const cases: [address: string, accepted: boolean][] = [
    ['198.51.100.1', true],
    ['198.51.100.255', true],
    ['198.51.101.1', false],
    ['203.0.113.9', true],
    ['::ffff:203.0.113.9', true],
    ['203.0.113.10', false],
    ['2001:db8:1:2::3', true],
    ['2001:db8:2::1', false],
    ['::1', false],
    ['', false],
  ];
  for (const [address, accepted] of cases) {
    const wanted = accepted ? 'accepted' : 'address-not-allowed';
    assert.deepEqual([address, outcome(await logins.byPassword('north', password, from(address)))], [address, wanted]);
    assert.deepEqual([address, outcome(await logins.byKey('north', key, from(address)))], [address, wanted]);
    const welcome = accepted ? 'welcome' : wanted;
    assert.deepEqual([address, outcome(await logins.offersKey('north', key, from(address)))], [address, welcome]);
  }
});

test('the session log keeps every session and refusal with its reason, newest first, for its feed only', async (t) => {
  const { feed } = await prepare(t);
  const { deps, institutionId, feedId } = feed;
  const log: SessionLog & ReturnType<typeof sessionRecorder> = sessionRecorder(deps);
  const started = {
    ...{ sessionId: deps.newId<SessionId>(), institutionId, feedId, username: 'north' },
    ...{ loginMethod: 'password', client: 'SSH-2.0-\u202ECli\0ent\n', address: '192.0.2.7' },
  };
  await log.sessionStarted(started);
  deps.pass(1000);
  const refused = { attempts: 1, loginMethod: 'password' as const, client: 'c', address: '203.0.113.9' };
  await log.sessionRefused({
    ...refused,
    sessionId: deps.newId(),
    username: 'north',
    institutionId,
    feedId,
    reason: 'wrong-password',
  });
  await log.sessionRefused({
    ...refused,
    sessionId: deps.newId(),
    username: null,
    institutionId: null,
    feedId: null,
    reason: 'handshake-failed',
  });
  await log.sessionEnded(
    started,
    { filesReceived: 2, bytesIn: 10, bytesOut: 20 },
    { how: 'dropped', reason: 'upload-open' },
  );
  const page = (before: string | null, limit: number) =>
    listSessions(deps.db, institutionId, feedId, { before, limit });
  const [newest, oldest, ...others] = await page(null, 10);
  assert.ok(newest && oldest);
  assert.deepEqual(others, []);
  assert.deepEqual([newest.outcome, newest.reason, newest.address], ['refused', 'wrong-password', '203.0.113.9']);
  assert.match(describeSession(newest), /password was wrong/);
  assert.deepEqual(
    [oldest.outcome, oldest.reason, oldest.client, oldest.filesReceived, oldest.bytesIn, oldest.bytesOut],
    ['dropped', 'upload-open', 'SSH-2.0-Client', 2, 10, 20],
  );
  assert.deepEqual(
    (await page(newest.id, 1)).map((session) => session.id),
    [oldest.id],
  );
  assert.deepEqual(await page(oldest.id, 1), []);
  assert.equal((await deps.db.query('select 1 from session_log')).length, 3);
});

test('every reason of the edge and of the logins has words', async () => {
  const reasons = [
    ...['unknown-user', 'wrong-password', 'password-not-accepted', 'key-not-installed', 'key-not-accepted'],
    ...['address-not-allowed', 'login-timeout', 'too-many-attempts', 'locked-out', 'bad-signature', 'sha1-signature'],
    ...['unusable-key', 'unusable-user-name', 'unusable-password', 'no-login', 'handshake-failed', 'server-closing'],
    'internal-error',
  ];
  const ends = [
    'upload-open',
    'link-lost',
    'client-silent',
    'idle',
    'ended-by-server',
    'server-closing',
    'protocol-error',
  ];
  assert.deepEqual(
    reasons.filter((reason) => !sessionReasons.refused.includes(reason)),
    [],
  );
  assert.deepEqual(
    ends.filter((reason) => !sessionReasons.dropped.includes(reason)),
    [],
  );
});

test('host keys are made once, three of them, by whichever node is first, and open with the same master key only', async (t) => {
  const { deps } = await openTestFeed(t);
  const [one, two] = await Promise.all([loadHostKeys(deps), loadHostKeys(deps)]);
  assert.deepEqual(one, two);
  assert.deepEqual(one, await loadHostKeys(deps));
  assert.deepEqual(
    one.map((key) => key.type),
    ['ssh-ed25519', 'ecdsa-sha2-nistp256', 'ssh-rsa'],
  );
  for (const key of one) assert.equal(parsePublicKey(key.publicKey).sha256, key.sha256);
  const kept = await deps.db.query<{ sealed: Buffer }>('select private_key_sealed as sealed from host_keys');
  assert.equal(
    kept.some(({ sealed }) => sealed.includes('PRIVATE KEY')),
    false,
  );
  await assert.rejects(loadHostKeys({ ...deps, sealer: createSealer('x'.repeat(32)) }));
  assert.deepEqual(await loadHostKeys(deps), one);
});

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { AdmissionDesk } from './admission.ts';
import { createMemoryPenalties, networkOf, usualPenaltyRules } from './login-penalties.ts';

function setUp(rules: Partial<typeof usualPenaltyRules> = {}) {
  let at = 1_000_000;
  const clock = { now: () => new Date(at) };
  const penalties = createMemoryPenalties(clock, { ...usualPenaltyRules, failuresToLock: 3, ...rules });
  const pass = (milliseconds: number): void => {
    at += milliseconds;
  };
  const fail = async (times: number, address: string, account: string): Promise<void> => {
    for (let index = 0; index < times; index += 1) await penalties.failed(address, account);
  };
  return { penalties, pass, fail };
}

test('wrong passwords lock the pair of address and account, and nothing else', async () => {
  const { penalties, pass, fail } = setUp();
  await fail(3, '192.0.2.1', 'college');
  assert.equal((await penalties.before('192.0.2.1', 'college')).locked, true);
  assert.equal((await penalties.before('192.0.2.1', 'other')).locked, false);
  assert.equal((await penalties.before('192.0.2.2', 'college')).locked, false);
  pass(usualPenaltyRules.lockFor + 1);
  assert.equal((await penalties.before('192.0.2.1', 'college')).locked, false);
});

test('failures that lie far apart do not lock', async () => {
  const { penalties, pass, fail } = setUp();
  for (let index = 0; index < 10; index += 1) {
    await fail(1, '192.0.2.1', 'college');
    pass(usualPenaltyRules.window);
  }
  assert.equal((await penalties.before('192.0.2.1', 'college')).locked, false);
});

test('an address that tries many accounts is slowed down, but not those who have logged in from there', async () => {
  const { penalties, fail } = setUp();
  await penalties.succeeded('192.0.2.1', 'campus');
  for (let index = 0; index < 60; index += 1) await fail(1, '192.0.2.1', `guess${index}`);
  assert.deepEqual(await penalties.before('192.0.2.1', 'new'), { locked: false, wait: usualPenaltyRules.longestWait });
  assert.deepEqual(await penalties.before('192.0.2.1', 'campus'), { locked: false, wait: 0 });
  assert.deepEqual(await penalties.before('192.0.2.2', 'new'), { locked: false, wait: 0 });
});

test('a login forgives what was wrong before', async () => {
  const { penalties, fail } = setUp();
  await fail(2, '192.0.2.1', 'college');
  await penalties.succeeded('192.0.2.1', 'college');
  await fail(2, '192.0.2.1', 'college');
  assert.equal((await penalties.before('192.0.2.1', 'college')).locked, false);
});

test('memory does not grow with the number of guesses', async () => {
  const { penalties, fail } = setUp({ remembered: 10, failuresToLock: 2 });
  await fail(2, '192.0.2.1', 'first');
  for (let index = 0; index < 20; index += 1) await fail(2, '192.0.2.1', `guess${index}`);
  assert.equal((await penalties.before('192.0.2.1', 'first')).locked, false);
  assert.equal((await penalties.before('192.0.2.1', 'guess19')).locked, true);
});

const networks: [address: string, network: string][] = [
  ['192.0.2.1', '192.0.2.1'],
  ['::ffff:192.0.2.1', '192.0.2.1'],
  ['2001:db8:1:2:3:4:5:6', '2001:db8:1:2::/64'],
  ['2001:db8:1:2::9', '2001:db8:1:2::/64'],
  ['2001:0db8::1', '2001:db8:0:0::/64'],
  ['fe80::1%eth0', 'fe80:0:0:0::/64'],
  ['::1', '0:0:0:0::/64'],
];
for (const [address, network] of networks) {
  test(`${address} counts as ${network}`, () => assert.equal(networkOf(address), network));
}

test('links that wait for their login are limited by address and in all; a login makes room', () => {
  const desk = new AdmissionDesk({ waitingPerAddress: 2, waitingInAll: 3, waitingKnown: 0, linksInAll: 4 });
  const first = desk.admit('192.0.2.1');
  assert.ok(typeof first === 'object');
  assert.equal(typeof desk.admit('192.0.2.1'), 'object');
  assert.match(refusal(desk.admit('192.0.2.1')), /from this address/);
  first.loggedIn();
  assert.equal(typeof desk.admit('192.0.2.1'), 'object');
  const other = desk.admit('192.0.2.2');
  assert.ok(typeof other === 'object');
  assert.match(refusal(desk.admit('192.0.2.3')), /too many links/);
  other.loggedIn();
  assert.match(refusal(desk.admit('192.0.2.3')), /too many links/);
  first.ended();
  first.ended();
  assert.equal(typeof desk.admit('192.0.2.3'), 'object');
});

/** The sentence of a refusal; empty when the link was admitted. */
function refusal(admitted: unknown): string {
  return typeof admitted === 'string' ? admitted : '';
}

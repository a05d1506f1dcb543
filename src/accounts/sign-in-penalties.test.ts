// Slowing down guesses: whom it stops, and whom it must not stop.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { networkOf, openSignInPenalties, TooManyAttempts } from './sign-in-penalties.ts';

const address = '192.0.2.1';
const account = 'a@example.edu';

/** Penalties with a clock to turn; `outcome` is 'right', 'wrong' or the seconds to wait, `delays` what was waited. */
function opened() {
  let now = Date.UTC(2026, 0, 1);
  const delays: number[] = [];
  const penalties = openSignInPenalties({ now: () => new Date(now) }, async (ms) => void delays.push(ms));
  const outcome = async (from: string, who: string, right: boolean) => {
    try {
      return (await penalties.attempt(from, who, async () => right)) ? 'right' : 'wrong';
    } catch (error) {
      assert.ok(error instanceof TooManyAttempts);
      return error.retryAfterSeconds;
    }
  };
  const fail = async (times: number, from = address, who = account) => {
    for (let i = 0; i < times; i++) await outcome(from, who, false);
  };
  const pass = (seconds: number) => {
    now += seconds * 1000;
  };
  return { penalties, outcome, fail, pass, delays };
}

test('four failures cost nothing, the fifth locks the pair of address and account, also for the right password', async () => {
  const { outcome, fail } = opened();
  await fail(4);
  assert.equal(await outcome(address, account, false), 'wrong');
  assert.equal(typeof (await outcome(address, account, true)), 'number');
});

test('a locked pair stops neither the account from elsewhere nor other accounts from there', async () => {
  const { outcome, fail } = opened();
  await fail(50);
  assert.equal(await outcome('192.0.2.2', account, true), 'right');
  assert.equal(await outcome(address, 'b@example.edu', true), 'right');
});

test('the lock ends by itself, grows with further failures, and is never longer than 15 minutes', async () => {
  const { outcome, fail, pass } = opened();
  await fail(5);
  const waits: number[] = [];
  for (let i = 0; i < 12; i++) {
    const wait = Number(await outcome(address, account, false));
    waits.push(wait);
    pass(wait);
    assert.equal(await outcome(address, account, false), 'wrong');
  }
  assert.deepEqual(
    waits,
    waits.toSorted((a, b) => a - b),
  );
  assert.ok((waits[0] ?? 0) < (waits[1] ?? 0));
  assert.equal(waits.at(-1), 900);
});

test('writing the account differently does not help', async () => {
  const { outcome, fail } = opened();
  await fail(5);
  assert.equal(typeof (await outcome(address, ' A@Example.EDU ', true)), 'number');
});

test('a success forgives the pair', async () => {
  const { outcome, fail } = opened();
  await fail(4);
  await outcome(address, account, true);
  await fail(4);
  assert.equal(await outcome(address, account, true), 'right');
});

test('guesses at the same time count like guesses one after the other', async () => {
  const { outcome } = opened();
  const outcomes = await Promise.all(Array.from({ length: 15 }, () => outcome(address, account, false)));
  assert.equal(outcomes.filter((one) => one === 'wrong').length, 5);
});

test('the right password sent many times at once is right each time', async () => {
  const { outcome } = opened();
  const outcomes = await Promise.all(Array.from({ length: 15 }, () => outcome(address, account, true)));
  assert.deepEqual(new Set(outcomes), new Set(['right']));
});

test('a flood of one pair is refused before it is checked, and the pair goes on afterwards', async () => {
  const { outcome } = opened();
  const outcomes = await Promise.all(Array.from({ length: 100 }, () => outcome(address, account, true)));
  assert.ok(outcomes.includes(1));
  assert.equal(await outcome(address, account, true), 'right');
});

test('a check that fails for another reason counts as nothing', async () => {
  const { penalties, outcome } = opened();
  for (let i = 0; i < 20; i++)
    await assert.rejects(
      penalties.attempt(address, account, () => Promise.reject(new Error('broken'))),
      /broken/,
    );
  assert.equal(await outcome(address, account, true), 'right');
});

test('guesses from many addresses delay the account and lock it for nobody', async () => {
  const { outcome, fail, delays } = opened();
  for (let i = 0; i < 100; i++) await fail(1, `198.51.100.${i}`);
  delays.length = 0;
  assert.equal(await outcome(address, account, true), 'right');
  assert.equal(await outcome(address, 'b@example.edu', true), 'right');
  assert.equal(delays.length, 1);
  assert.ok((delays[0] ?? 0) > 0 && (delays[0] ?? 0) <= 3000);
});

test('an hour without failures is forgotten', async () => {
  const { outcome, fail, pass } = opened();
  await fail(10);
  pass(3601);
  await fail(4);
  assert.equal(await outcome(address, account, true), 'right');
});

const networks: [string, string][] = [
  ['192.0.2.1', '192.0.2.1'],
  ['::ffff:192.0.2.1', '192.0.2.1'],
  ['2001:db8:1:2:3:4:5:6', '2001:db8:1:2::/64'],
  ['2001:db8:1:2::6', '2001:db8:1:2::/64'],
  ['2001:DB8:1:02::', '2001:db8:1:2::/64'],
  ['::1', '0:0:0:0::/64'],
  ['fe80::1%eth0', 'fe80:0:0:0::/64'],
];
for (const [address, network] of networks)
  test(`${address} counts as ${network}`, () => assert.equal(networkOf(address), network));

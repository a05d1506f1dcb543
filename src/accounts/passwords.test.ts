// Passwords of people: what matches, what is kept, and how many are worked on at once.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { openPasswords } from './passwords.ts';

const passwords = openPasswords();

test('a password matches its own hash only, however its letters are composed', async () => {
  const hash = await passwords.hash('Zoë’s password');
  assert.equal(await passwords.matches('Zoë’s password'.normalize('NFD'), hash), true);
  assert.equal(await passwords.matches('Zoe’s password', hash), false);
  assert.equal(await passwords.matches('', hash), false);
});

test('what is kept is Argon2id with its own salt and does not hold the password', async () => {
  const [one, other] = [await passwords.hash('a password of mine'), await passwords.hash('a password of mine')];
  assert.match(one, /^\$argon2id\$v=19\$m=19456,t=2,p=1\$[A-Za-z0-9+/]{22}\$[A-Za-z0-9+/]{43}$/);
  assert.notEqual(one, other);
});

test('an unknown user matches nothing, not even what the stand-in hash was made of', async () => {
  for (const guess of ['', 'A', 'a password of mine']) assert.equal(await passwords.matches(guess, null), false);
});

test('calls beyond the queue are refused as busy, and the others are all answered', async () => {
  const small = openPasswords({ atOnce: 1, waiting: 2 });
  const results = await Promise.allSettled(Array.from({ length: 5 }, () => small.matches('x', null)));
  assert.deepEqual(
    results.map((result) => (result.status === 'fulfilled' ? result.value : result.reason.code)),
    [false, false, false, 'busy', 'busy'],
  );
  assert.equal(await small.matches('x', null), false);
});

test('a password of less than 12 characters is refused', async () => {
  await assert.rejects(passwords.hash('elevenchars'), { code: 'weak-password' });
});

test('a hash of an unknown kind is a bug, not a mismatch', async () => {
  await assert.rejects(passwords.matches('x', '$2b$10$abcdefghijklmnopqrstuv'));
});

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { acceptedAlgorithms } from '../adapters/remote-sftp/algorithms.ts';
import { offeredAlgorithms } from './algorithms.ts';
import { knowsKeyExchange, ssh2Condition, ssh2Sentence } from './ssh2-condition.ts';

test('the installed ssh2 has the post-quantum key exchange, and it comes first as a server and as a client', () => {
  assert.equal(ssh2Condition().postQuantum, true);
  assert.deepEqual([offeredAlgorithms.kex[0], acceptedAlgorithms.kex[0]], Array(2).fill('mlkem768x25519-sha256'));
});

test('a key exchange that ssh2 does not know is not given to it', () => {
  assert.deepEqual(['curve25519-sha256', 'mlkem1024x25519-sha512'].filter(knowsKeyExchange), ['curve25519-sha256']);
});

test('what is missing is said with what to do', () => {
  assert.equal(
    ssh2Sentence({ nativeCiphers: true, postQuantum: true }),
    'native ciphers; post-quantum key exchange (mlkem768x25519-sha256)',
  );
  const bare = ssh2Sentence({ nativeCiphers: false, postQuantum: false });
  assert.match(bare, /^ciphers in JavaScript, .*; no post-quantum key exchange: run "node scripts\/prepare\.js"/);
});

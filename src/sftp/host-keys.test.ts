import assert from 'node:assert/strict';
import { test } from 'node:test';
import { makeSshKey } from '../../test/kit/ssh-keys.ts';
import { hostKeysForSsh2 } from './host-keys.ts';

test('an RSA key is offered for SHA-2 signatures only', async () => {
  const keys = await Promise.all([makeSshKey('ecdsa-sha2-nistp256'), makeSshKey('ssh-rsa')]);
  const offered = hostKeysForSsh2(keys.map((key) => key.privateKey));
  assert.deepEqual(
    offered.map(({ key }) => typeof key === 'object' && 'type' in key && key.type),
    ['ecdsa-sha2-nistp256', 'rsa-sha2-512', 'rsa-sha2-256'],
  );
});

test('a host key that cannot be read is named as such', () => {
  assert.throws(() => hostKeysForSsh2(['not a key']), /A host key cannot be read/);
});

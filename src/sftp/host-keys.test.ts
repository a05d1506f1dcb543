import assert from 'node:assert/strict';
import { test } from 'node:test';
import ssh2 from 'ssh2';
import { generateHostKey, hostKeysForSsh2 } from './host-keys.ts';

test('every key that is made can be read again, whatever bytes it begins with', async () => {
  for (let index = 0; index < 600; index += 1) {
    const key = await generateHostKey('ssh-ed25519');
    const parsed = ssh2.utils.parseKey(key.privateKey);
    assert.ok(!(parsed instanceof Error) && parsed.isPrivateKey());
    assert.equal(key.publicKey, `ssh-ed25519 ${parsed.getPublicSSH().toString('base64')}`);
    assert.equal(parsed.verify('data', parsed.sign('data')), true);
  }
});

test('an RSA key is offered for SHA-2 signatures only', async () => {
  const keys = await Promise.all([generateHostKey('ecdsa-sha2-nistp256'), generateHostKey('ssh-rsa')]);
  const offered = hostKeysForSsh2(keys.map((key) => key.privateKey));
  assert.deepEqual(
    offered.map(({ key }) => typeof key === 'object' && 'type' in key && key.type),
    ['ecdsa-sha2-nistp256', 'rsa-sha2-512', 'rsa-sha2-256'],
  );
});

test('a host key that cannot be read is named as such', () => {
  assert.throws(() => hostKeysForSsh2(['not a key']), /A host key cannot be read/);
});

// SSH key pairs for tests, made here because ssh2's own maker breaks one Ed25519 key of 256 (it drops leading zeros).
// Invariant: what is made can be read by ssh2 and by OpenSSH.

import { generateKeyPair, type KeyObject } from 'node:crypto';
import { promisify } from 'node:util';
import { encodeOpenSshPrivateKey } from '../../src/domain/openssh-private-keys.ts';

export type SshKeyType = 'ssh-ed25519' | 'ecdsa-sha2-nistp256' | 'ssh-rsa';

/** The private half as an OpenSSH block, the public half as one `type base64` line. */
export type SshKeyPair = { type: SshKeyType; privateKey: string; publicKey: string };

export async function makeSshKey(type: SshKeyType): Promise<SshKeyPair> {
  const pair = await keyObjects(type);
  const { text, blob } = encodeOpenSshPrivateKey(pair.privateKey, pair.publicKey, 'test');
  return { type, privateKey: text, publicKey: `${type} ${blob.toString('base64')}` };
}

function keyObjects(type: SshKeyType): Promise<{ publicKey: KeyObject; privateKey: KeyObject }> {
  const generate = promisify(generateKeyPair);
  if (type === 'ssh-ed25519') return generate('ed25519');
  if (type === 'ecdsa-sha2-nistp256') return generate('ec', { namedCurve: 'P-256' });
  return generate('rsa', { modulusLength: 3072 });
}

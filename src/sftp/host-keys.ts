// The server's host keys: making them, and handing them to ssh2.
// Invariant: an RSA host key signs with SHA-2 only.

import { generateKeyPair, randomBytes } from 'node:crypto';
import { promisify } from 'node:util';
import ssh2, { type EncryptedPrivateKey, type ParsedKey } from 'ssh2';

export type HostKeyType = 'ssh-ed25519' | 'ecdsa-sha2-nistp256' | 'ssh-rsa';

/** The private half as text that OpenSSH reads, too; the public half as one `type base64` line. */
export type HostKey = { type: HostKeyType; privateKey: string; publicKey: string };

const makeKeyPair = promisify(generateKeyPair);

/** Makes a key: Ed25519, ECDSA P-256, or RSA with 3,072 bits. */
export async function generateHostKey(type: HostKeyType): Promise<HostKey> {
  const privateKey = await privateText(type);
  const parsed = ssh2.utils.parseKey(privateKey);
  if (parsed instanceof Error) throw parsed;
  return { type, privateKey, publicKey: `${type} ${parsed.getPublicSSH().toString('base64')}` };
}

/** ssh2's own maker of keys drops leading zeros of Ed25519 keys, so that one of 256 cannot be read again. */
async function privateText(type: HostKeyType): Promise<string> {
  const options = { publicKeyEncoding: { type: 'spki', format: 'pem' } } as const;
  if (type === 'ecdsa-sha2-nistp256') {
    const privateKeyEncoding = { type: 'sec1', format: 'pem' } as const;
    return (await makeKeyPair('ec', { ...options, namedCurve: 'P-256', privateKeyEncoding })).privateKey;
  }
  if (type === 'ssh-rsa') {
    const privateKeyEncoding = { type: 'pkcs1', format: 'pem' } as const;
    return (await makeKeyPair('rsa', { ...options, modulusLength: 3072, privateKeyEncoding })).privateKey;
  }
  const { privateKey } = await makeKeyPair('ed25519');
  const { x = '', d = '' } = privateKey.export({ format: 'jwk' });
  return openSshEd25519(Buffer.from(x, 'base64url'), Buffer.from(d, 'base64url'));
}

/** OpenSSH's format for private keys, PROTOCOL.key, without a pass phrase; the only one for Ed25519 that ssh2 reads. */
function openSshEd25519(publicHalf: Buffer, seed: Buffer): string {
  const publicBlob = Buffer.concat([sshString('ssh-ed25519'), sshString(publicHalf)]);
  const check = randomBytes(4);
  const secret = Buffer.concat([check, check, publicBlob, sshString(Buffer.concat([seed, publicHalf])), sshString('')]);
  const padding = Buffer.from(Array.from({ length: (8 - (secret.length % 8)) % 8 }, (_, index) => index + 1));
  const oneKey = Buffer.of(0, 0, 0, 1);
  const body = Buffer.concat([
    Buffer.from('openssh-key-v1\0'),
    ...[sshString('none'), sshString('none'), sshString(''), oneKey, sshString(publicBlob)],
    sshString(Buffer.concat([secret, padding])),
  ]);
  const lines = body.toString('base64').match(/.{1,70}/g) ?? [];
  return ['-----BEGIN OPENSSH PRIVATE KEY-----', ...lines, '-----END OPENSSH PRIVATE KEY-----', ''].join('\n');
}

function sshString(value: string | Buffer): Buffer {
  const bytes = Buffer.from(value);
  const length = Buffer.alloc(4);
  length.writeUInt32BE(bytes.length);
  return Buffer.concat([length, bytes]);
}

/**
 * Private keys as ssh2's server takes them, in the order in which they are offered. Throws when one cannot be read.
 * ssh2 adds `ssh-rsa`, a SHA-1 signature, to every RSA key that it knows as one, whatever its lists say; so it gets the
 * key under the names of its SHA-2 signatures.
 */
export function hostKeysForSsh2(privateKeys: readonly string[]): EncryptedPrivateKey[] {
  return privateKeys.flatMap((text) => {
    const key = ssh2.utils.parseKey(text);
    if (key instanceof Error) throw new Error(`A host key cannot be read: ${key.message}`);
    return key.type === 'ssh-rsa' ? [named(key, 'rsa-sha2-512'), named(key, 'rsa-sha2-256')] : [{ key }];
  });
}

function named(key: ParsedKey, type: string): EncryptedPrivateKey {
  return { key: Object.create(key, { type: { value: type, enumerable: true } }) };
}

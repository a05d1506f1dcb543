// Hands the server's host keys to ssh2.
// Invariant: an RSA host key signs with SHA-2 only.

import ssh2, { type EncryptedPrivateKey, type ParsedKey } from 'ssh2';

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

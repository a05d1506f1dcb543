// The Encrypter port on openpgp.js, which is loaded when it is first needed and need not be installed (LGPL).
// Invariant: a key that nothing can be encrypted for is refused with a reason before a byte is encrypted.

import { AppError } from '../../domain/errors.ts';
import type { Encrypter } from '../../domain/ports.ts';

type OpenPgp = typeof import('openpgp');
type Key = Awaited<ReturnType<OpenPgp['readKey']>>;

/** `load` is for tests of an installation without the library. */
export function createEncrypter(load: () => Promise<OpenPgp> = () => import('openpgp')): Encrypter {
  const library = async () => {
    try {
      return await load();
    } catch (error) {
      if (!(error instanceof Error && 'code' in error && error.code === 'ERR_MODULE_NOT_FOUND')) throw error;
      throw new AppError(
        'not-available',
        'pgp-not-available',
        'OpenPGP encryption is not installed here.',
        'The operator installs it with “npm install --no-save openpgp@6.3.2” in the folder of Causeway and starts it again. Until then, files can only be sent unencrypted.',
        [{ name: 'file.pgpKey', message: 'OpenPGP encryption is not installed here.' }],
      );
    }
  };
  return {
    async check(armoredKey, at) {
      const pgp = await library();
      const key = await usableKey(pgp, armoredKey, at);
      const expires = await key.getExpirationTime();
      return { fingerprint: key.getFingerprint(), expiresAt: expires instanceof Date ? expires : null };
    },
    async encrypt(source, armoredKey, at) {
      const pgp = await library();
      const key = await usableKey(pgp, armoredKey, at);
      const binary = ReadableStream.from<Uint8Array>(source);
      const message = await pgp.createMessage({ binary, format: 'binary', date: at });
      return pgp.encrypt({ message, encryptionKeys: key, format: 'binary', date: at });
    },
  };
}

async function usableKey(pgp: OpenPgp, armoredKey: string, at: Date): Promise<Key> {
  const key = await pgp.readKey({ armoredKey }).catch(() => null);
  if (key === null)
    throw badKey(
      'This is not an OpenPGP public key.',
      'Paste the whole text from “-----BEGIN PGP PUBLIC KEY BLOCK-----” to “-----END PGP PUBLIC KEY BLOCK-----”.',
    );
  if (key.isPrivate())
    throw badKey(
      'This is a private OpenPGP key, and only the public half is needed.',
      'It was not kept. Export the public key, and treat the private one as known to others if it was sent anywhere.',
    );
  if (await key.isRevoked(undefined, undefined, at)) throw notUsable('was revoked by its owner');
  const expires = await key.getExpirationTime();
  if (expires instanceof Date && expires <= at) throw notUsable(`expired on ${expires.toISOString().slice(0, 10)}`);
  const found = await key.getEncryptionKey(undefined, at).catch(() => null);
  if (found === null) throw notUsable('has no part that files can be encrypted for at this time');
  return key;
}

function badKey(title: string, detail: string): AppError {
  return new AppError('invalid', 'bad-pgp-key', title, detail, [{ name: 'file.pgpKey', message: title }]);
}

function notUsable(why: string): AppError {
  const title = `The OpenPGP key ${why}.`;
  const detail = 'Ask the receiver for a key that is valid, and paste it into the settings of the destination.';
  return new AppError('invalid', 'pgp-key-not-usable', title, detail, [{ name: 'file.pgpKey', message: title }]);
}

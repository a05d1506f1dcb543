// The Sealer port on node:crypto: AES-256-GCM with the context as additional data, and HMAC-SHA-256.
// Invariant: what was sealed for one row opens for no other, and no error text holds plain text, key or context.

import { createCipheriv, createDecipheriv, createHmac, hkdfSync, randomBytes } from 'node:crypto';
import type { Sealer } from '../../domain/ports.ts';

/** The sealed form is `version (1) | nonce (12) | tag (16) | ciphertext`, in bytes. */
const version = 1;
const nonceLength = 12;
const tagLength = 16;

/** A value that was not sealed with this key for this context, or was changed since. */
export class SealError extends Error {
  override name = 'SealError';
}

/**
 * A sealer over the installation's master key, which is never used itself: each purpose has a 32-byte key of its own,
 * derived by HKDF-SHA-256 (RFC 5869). Nonces are random: good for 2^32 values under one key (NIST SP 800-38D section 8.3).
 */
export function createSealer(masterKey: string | Uint8Array): Sealer {
  const material = typeof masterKey === 'string' ? Buffer.from(masterKey, 'utf8') : Buffer.from(masterKey);
  if (material.length < 32) throw new SealError('The master key must have at least 32 bytes.');
  const sealKey = derivedKey(material, 'seal');
  const macKey = derivedKey(material, 'mac');
  return {
    seal(plain, context) {
      const nonce = randomBytes(nonceLength);
      const cipher = createCipheriv('aes-256-gcm', sealKey, nonce, { authTagLength: tagLength });
      cipher.setAAD(additionalData(context));
      const body = Buffer.concat([cipher.update(plain, 'utf8'), cipher.final()]);
      return Buffer.concat([Buffer.of(version), nonce, cipher.getAuthTag(), body]);
    },
    open(sealed, context) {
      const bytes = Buffer.from(sealed.buffer, sealed.byteOffset, sealed.byteLength);
      const bodyStart = 1 + nonceLength + tagLength;
      if (bytes.length < bodyStart || bytes[0] !== version)
        throw new SealError('The value is not in the sealed form that this version knows.');
      const decipher = createDecipheriv('aes-256-gcm', sealKey, bytes.subarray(1, 1 + nonceLength), {
        authTagLength: tagLength,
      });
      decipher.setAAD(additionalData(context));
      decipher.setAuthTag(bytes.subarray(1 + nonceLength, bodyStart));
      try {
        return Buffer.concat([decipher.update(bytes.subarray(bodyStart)), decipher.final()]).toString('utf8');
      } catch {
        throw new SealError('The value was sealed with another key or for another place, or it was changed.');
      }
    },
    mac(text, context) {
      const contextBytes = Buffer.from(context, 'utf8');
      const length = Buffer.alloc(4);
      length.writeUInt32BE(contextBytes.length);
      return createHmac('sha256', macKey).update(length).update(contextBytes).update(text, 'utf8').digest();
    },
  };
}

function derivedKey(material: Buffer, purpose: string): Buffer {
  return Buffer.from(hkdfSync('sha256', material, 'causeway', `causeway/${purpose}/v1`, 32));
}

/** The version is bound too, so that a later form can never be passed off as this one. */
function additionalData(context: string): Buffer {
  return Buffer.concat([Buffer.of(version), Buffer.from(context, 'utf8')]);
}

// Reads a public key that a client offers before login, and checks its signature.
// Invariant: only a key whose wire form is exactly what the client sent, of a strong type, ever counts.

import { createHash, createPublicKey } from 'node:crypto';
import ssh2, { type ParsedKey, type PublicKeyAuthContext } from 'ssh2';
import type { LoginKey } from './ports.ts';

export type OfferedKey = { key: LoginKey; parsed: ParsedKey };

const strongTypes = new Set([
  'ssh-ed25519',
  'ecdsa-sha2-nistp256',
  'ecdsa-sha2-nistp384',
  'ecdsa-sha2-nistp521',
  'ssh-rsa',
]);
/** An RSA key of 8,192 bits has about 1,050 bytes. */
const longestBlob = 2048;

/** The key of a publickey request, or the reason why it cannot serve. */
export function readOfferedKey(ctx: PublicKeyAuthContext): OfferedKey | 'unusable-key' | 'sha1-signature' {
  const blob = ctx.key.data;
  if (blob.length > longestBlob || !strongTypes.has(ctx.key.algo) || !namesType(blob, ctx.key.algo))
    return 'unusable-key';
  if (ctx.key.algo === 'ssh-rsa' && ctx.hashAlgo === undefined) return 'sha1-signature';
  try {
    const parsed = ssh2.utils.parseKey(blob);
    if (parsed instanceof Error || parsed.type !== ctx.key.algo || parsed.isPrivateKey()) return 'unusable-key';
    if (!parsed.getPublicSSH().equals(blob) || !strongEnough(parsed)) return 'unusable-key';
    const fingerprint = `SHA256:${createHash('sha256').update(blob).digest('base64').replace(/=+$/, '')}`;
    return { key: { type: parsed.type, blob: new Uint8Array(blob), fingerprint }, parsed };
  } catch {
    return 'unusable-key';
  }
}

/** A key says its type first (RFC 4253 section 6.6); ssh2's reader would also take text forms here. */
function namesType(blob: Buffer, type: string): boolean {
  return (
    blob.length > 4 + type.length &&
    blob.readUInt32BE(0) === type.length &&
    blob.toString('latin1', 4, 4 + type.length) === type
  );
}

function strongEnough(key: ParsedKey): boolean {
  if (key.type !== 'ssh-rsa') return true;
  const bits = createPublicKey(key.getPublicPEM()).asymmetricKeyDetails?.modulusLength ?? 0;
  return bits >= 2048 && bits <= 8192;
}

/** True when the request's signature over this session is by this key. ssh2's `accept()` does not look at it. */
export function signatureIsGood(ctx: PublicKeyAuthContext, { parsed }: OfferedKey): boolean {
  if (ctx.signature === undefined || ctx.blob === undefined) return false;
  try {
    // ssh2 gives an Error, not false, when OpenSSL cannot make sense of the signature.
    return parsed.verify(ctx.blob, ctx.signature, ctx.hashAlgo) === true;
  } catch {
    return false;
  }
}

/** Tells the client that its key is welcome, under the name of the algorithm that it asked for: ssh2 would say `ssh-rsa`. */
export function welcomeKey(ctx: PublicKeyAuthContext): void {
  if (ctx.hashAlgo === 'sha256') ctx.key.algo = 'rsa-sha2-256';
  else if (ctx.hashAlgo === 'sha512') ctx.key.algo = 'rsa-sha2-512';
  ctx.accept();
}

// Public keys as SSH carries them (blobs): checking one, making one from a Node key, and its fingerprints.
// Invariant: only Ed25519, ECDSA on the three NIST curves, and RSA from 2048 bits come out of here as good.

import { createHash, createPublicKey, type KeyObject, type webcrypto } from 'node:crypto';
import { mpintMagnitude, readFirstString, readStrings, sshMpint, sshString } from './ssh-wire.ts';

const publicKeyTypes = [
  'ssh-ed25519',
  'ecdsa-sha2-nistp256',
  'ecdsa-sha2-nistp384',
  'ecdsa-sha2-nistp521',
  'ssh-rsa',
] as const;
export type PublicKeyType = (typeof publicKeyTypes)[number];

/** Why a blob is not a key that may log in. */
export type BlobProblem =
  | 'damaged'
  | 'dsa'
  | 'certificate'
  | 'security-key'
  | 'rsa-too-short'
  | 'rsa-too-long'
  | 'unknown-type';

const curves: Record<string, { crv: string; name: string; bytes: number }> = {
  'ecdsa-sha2-nistp256': { crv: 'P-256', name: 'nistp256', bytes: 32 },
  'ecdsa-sha2-nistp384': { crv: 'P-384', name: 'nistp384', bytes: 48 },
  'ecdsa-sha2-nistp521': { crv: 'P-521', name: 'nistp521', bytes: 66 },
};

/** `SHA256:` and unpadded base64, as OpenSSH prints it. */
export function sha256Fingerprint(blob: Uint8Array): string {
  return `SHA256:${createHash('sha256').update(blob).digest('base64').replace(/=+$/, '')}`;
}

/** `MD5:` and colon-separated hex, as older tools print it. For comparing by eye only. */
export function md5Fingerprint(blob: Uint8Array): string {
  const hex = createHash('md5').update(blob).digest('hex');
  return `MD5:${hex.match(/../g)?.join(':') ?? ''}`;
}

/** The type that a blob names, or null when it names none. */
export function blobType(blob: Uint8Array): string | null {
  const type = readFirstString(blob)?.toString('latin1') ?? '';
  return /^[\x21-\x7e]{1,64}$/.test(type) ? type : null;
}

/** Checks a blob wholly: its form (RFC 4253 section 6.6, RFC 5656 section 3.1, RFC 8709 section 4), its curve, its length. */
export function checkBlob(blob: Uint8Array): { type: PublicKeyType } | { problem: BlobProblem } {
  const type = blobType(blob);
  if (!type) return { problem: 'damaged' };
  if (type === 'ssh-dss') return { problem: 'dsa' };
  if (/-cert-v\d\d@/.test(type)) return { problem: 'certificate' };
  if (type.startsWith('sk-')) return { problem: 'security-key' };
  if (!isPublicKeyType(type)) return { problem: 'unknown-type' };
  const parts = readStrings(blob) ?? [];
  const problem = type === 'ssh-rsa' ? rsaProblem(parts) : curveProblem(type, parts);
  return problem ? { problem } : { type };
}

/** The blob of a Node public key; null for kinds that SSH or Causeway does not know. */
export function blobOf(key: KeyObject): Buffer | null {
  if (!['ed25519', 'ec', 'rsa'].includes(key.asymmetricKeyType ?? '')) return null;
  const jwk = exportJwk(key);
  if (!jwk) return null;
  if (jwk.kty === 'RSA')
    return Buffer.concat([sshString('ssh-rsa'), sshMpint(bytesOf(jwk.e)), sshMpint(bytesOf(jwk.n))]);
  if (jwk.kty === 'OKP') return Buffer.concat([sshString('ssh-ed25519'), sshString(bytesOf(jwk.x))]);
  const [type, curve] = Object.entries(curves).find(([, { crv }]) => crv === jwk.crv) ?? [];
  if (!type || !curve) return null;
  const point = Buffer.concat([Buffer.of(4), bytesOf(jwk.x), bytesOf(jwk.y)]);
  return Buffer.concat([sshString(type), sshString(curve.name), sshString(point)]);
}

function isPublicKeyType(type: string): type is PublicKeyType {
  return publicKeyTypes.some((known) => known === type);
}

function rsaProblem(parts: Buffer[]): BlobProblem | null {
  const [, e, n] = parts;
  if (parts.length !== 3 || !e || !n) return 'damaged';
  const exponent = mpintMagnitude(e);
  const modulus = mpintMagnitude(n);
  if (!exponent?.length || exponent.length > 8 || ((exponent.at(-1) ?? 0) & 1) === 0) return 'damaged';
  if (exponent.length === 1 && (exponent[0] ?? 0) < 3) return 'damaged';
  if (!modulus?.length || ((modulus.at(-1) ?? 0) & 1) === 0) return 'damaged';
  const bits = modulus.length * 8 - Math.clz32(modulus[0] ?? 0) + 24;
  if (bits < 2048) return 'rsa-too-short';
  return bits > 16_384 ? 'rsa-too-long' : null;
}

function curveProblem(type: PublicKeyType, parts: Buffer[]): BlobProblem | null {
  if (type === 'ssh-ed25519') {
    const x = parts[1];
    if (parts.length !== 2 || x?.length !== 32) return 'damaged';
    return isKey({ kty: 'OKP', crv: 'Ed25519', x: x.toString('base64url') }) ? null : 'damaged';
  }
  const curve = curves[type];
  const [, name, point] = parts;
  if (!curve || parts.length !== 3 || name?.toString('latin1') !== curve.name) return 'damaged';
  if (point?.length !== 1 + 2 * curve.bytes || point[0] !== 4) return 'damaged';
  const x = point.subarray(1, 1 + curve.bytes).toString('base64url');
  const y = point.subarray(1 + curve.bytes).toString('base64url');
  return isKey({ kty: 'EC', crv: curve.crv, x, y }) ? null : 'damaged';
}

function isKey(jwk: webcrypto.JsonWebKey): boolean {
  try {
    createPublicKey({ key: jwk, format: 'jwk' });
    return true;
  } catch {
    return false;
  }
}

function exportJwk(key: KeyObject): webcrypto.JsonWebKey | null {
  try {
    return key.export({ format: 'jwk' });
  } catch {
    return null;
  }
}

function bytesOf(base64url: string | undefined): Buffer {
  return Buffer.from(base64url ?? '', 'base64url');
}

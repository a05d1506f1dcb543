// Private keys in OpenSSH's own file format, without a passphrase, because that is what SSH libraries read for every type.
// Invariant: the text that comes out is a secret; it goes to a sealer or to the SSH server and nowhere else.

import { type KeyObject, randomBytes } from 'node:crypto';
import { blobOf } from './public-key-blobs.ts';
import { sshMpint, sshString } from './ssh-wire.ts';

/**
 * A private key (Ed25519, ECDSA on a NIST curve, RSA) as an `OPENSSH PRIVATE KEY` block (openssh's PROTOCOL.key), and
 * its public half as a blob. Throws for other kinds, which is a bug.
 */
export function encodeOpenSshPrivateKey(
  privateKey: KeyObject,
  publicKey: KeyObject,
  comment: string,
): { text: string; blob: Buffer } {
  const blob = blobOf(publicKey);
  if (!blob) throw new Error(`cannot write a key of type ${privateKey.asymmetricKeyType ?? 'unknown'}`);
  const check = randomBytes(4);
  const parts = [check, check, ...secretParts(privateKey, blob), sshString(comment)];
  let padding = 0;
  const length = parts.reduce((sum, part) => sum + part.length, 0);
  while ((length + padding) % 8 !== 0) {
    padding += 1;
    parts.push(Buffer.of(padding));
  }
  const count = Buffer.alloc(4);
  count.writeUInt32BE(1);
  const file = Buffer.concat([
    Buffer.from('openssh-key-v1\0', 'latin1'),
    sshString('none'),
    sshString('none'),
    sshString(''),
    count,
    sshString(blob),
    sshString(Buffer.concat(parts)),
  ]);
  const lines = file.toString('base64').match(/.{1,70}/g) ?? [];
  return {
    text: `-----BEGIN OPENSSH PRIVATE KEY-----\n${lines.join('\n')}\n-----END OPENSSH PRIVATE KEY-----\n`,
    blob,
  };
}

/** What stands in the private section for each type: for Ed25519 and ECDSA the public blob's fields and the secret. */
function secretParts(key: KeyObject, blob: Buffer): Buffer[] {
  const jwk = key.export({ format: 'jwk' });
  const number = (text: string | undefined) => sshMpint(Buffer.from(text ?? '', 'base64url'));
  if (jwk.kty === 'RSA') {
    return [
      sshString('ssh-rsa'),
      number(jwk.n),
      number(jwk.e),
      number(jwk.d),
      number(jwk.qi),
      number(jwk.p),
      number(jwk.q),
    ];
  }
  if (jwk.kty === 'EC') return [blob, number(jwk.d)];
  const x = Buffer.from(jwk.x ?? '', 'base64url');
  return [blob, sshString(Buffer.concat([Buffer.from(jwk.d ?? '', 'base64url'), x]))];
}

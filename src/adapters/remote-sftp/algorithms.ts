// The algorithms that we accept of a server, most wanted first. Every list is set: ssh2's own still hold SHA-1.
// Invariant: no compression, no SHA-1, no group exchange; a host key type that was not asked for is never negotiated.

import { createRequire } from 'node:module';
import type { KexAlgorithm, ServerHostKeyAlgorithm } from 'ssh2';

const { SUPPORTED_KEX }: { SUPPORTED_KEX: readonly string[] } = createRequire(import.meta.url)(
  'ssh2/lib/protocol/constants.js',
);

/** Hybrid and post-quantum; ssh2 has it since scripts/patch-ssh2.js ran, and would refuse a name that it does not know. */
const postQuantum: readonly string[] = ['mlkem768x25519-sha256'];

/** ssh2 adds strict key exchange (CVE-2023-48795) and ext-info to these by itself. */
export const acceptedAlgorithms = {
  kex: [
    ...postQuantum.filter(isKnown),
    'curve25519-sha256',
    'curve25519-sha256@libssh.org',
    'ecdh-sha2-nistp256',
    'ecdh-sha2-nistp384',
    'diffie-hellman-group14-sha256',
    // Last: they keep the thread busy for 5 and 25 ms. Some old servers have nothing else that is still safe.
    'diffie-hellman-group16-sha512',
    'diffie-hellman-group18-sha512',
  ],
  cipher: [
    'aes128-gcm@openssh.com',
    'aes256-gcm@openssh.com',
    'chacha20-poly1305@openssh.com',
    'aes128-ctr',
    'aes192-ctr',
    'aes256-ctr',
  ],
  hmac: ['hmac-sha2-256-etm@openssh.com', 'hmac-sha2-512-etm@openssh.com', 'hmac-sha2-256', 'hmac-sha2-512'],
  compress: ['none'],
} as const;

function isKnown(name: string): name is KexAlgorithm {
  return SUPPORTED_KEX.includes(name);
}

/** Key types and the signatures that we take from them. An RSA key never signs with SHA-1, the `ssh-rsa` of old. */
const signatures: Readonly<Record<string, readonly ServerHostKeyAlgorithm[]>> = {
  'ssh-ed25519': ['ssh-ed25519'],
  'ecdsa-sha2-nistp256': ['ecdsa-sha2-nistp256'],
  'ecdsa-sha2-nistp384': ['ecdsa-sha2-nistp384'],
  'ecdsa-sha2-nistp521': ['ecdsa-sha2-nistp521'],
  'ssh-rsa': ['rsa-sha2-512', 'rsa-sha2-256'],
};

/** The types of host keys that we know, as keys name them. */
export const hostKeyTypes = Object.keys(signatures);

/** The algorithms for these types of keys, in our order, or for all. Empty when none of the types is known. */
export function hostKeyAlgorithms(types: readonly string[] | null): ServerHostKeyAlgorithm[] {
  return hostKeyTypes
    .filter((type) => types === null || types.includes(type))
    .flatMap((type) => signatures[type] ?? []);
}

/** The types of keys that a server has by its own list of algorithms. SHA-1 alone does not count. */
export function offeredTypes(algorithms: readonly string[]): string[] {
  return hostKeyTypes.filter((type) => signatures[type]?.some((name) => algorithms.includes(name)));
}

// The algorithms that this server offers, most wanted first. Every list is set: ssh2's own still hold SHA-1.
// Invariant: no compression (306 kB became 315 MB before login), no SHA-1, no group exchange (advertised by ssh2, always fails).

import type { Algorithms, KexAlgorithm } from 'ssh2';
import { knowsKeyExchange } from './ssh2-condition.ts';

/** Hybrid and post-quantum; ssh2 has it since scripts/patch-ssh2.js ran. */
const postQuantum: readonly string[] = ['mlkem768x25519-sha256'];

/** ssh2 adds strict key exchange (CVE-2023-48795) and ext-info to these by itself. */
export const offeredAlgorithms = {
  kex: [
    ...postQuantum.filter(knowsKeyExchange),
    'curve25519-sha256',
    'curve25519-sha256@libssh.org',
    'ecdh-sha2-nistp256',
    'ecdh-sha2-nistp384',
    // Groups 16 and 18 block the thread for tens of milliseconds each.
    'diffie-hellman-group14-sha256',
  ] satisfies KexAlgorithm[],
  cipher: [
    'aes128-gcm@openssh.com',
    'aes256-gcm@openssh.com',
    'chacha20-poly1305@openssh.com',
    // Old Java has no more than these, hmac-sha2-256 and an ECDSA host key.
    'aes128-ctr',
    'aes256-ctr',
  ],
  hmac: ['hmac-sha2-256-etm@openssh.com', 'hmac-sha2-512-etm@openssh.com', 'hmac-sha2-256', 'hmac-sha2-512'],
  serverHostKey: ['ssh-ed25519', 'ecdsa-sha2-nistp256', 'rsa-sha2-512', 'rsa-sha2-256'],
  compress: ['none'],
} satisfies Algorithms;

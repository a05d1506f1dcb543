// What the installed ssh2 can do: the native ciphers and the key exchange that scripts/prepare.js gives it.
// Invariant: looks at what is in use, not at what lies on the disk.

import { createRequire } from 'node:module';
import type { KexAlgorithm } from 'ssh2';

const require = createRequire(import.meta.url);
const constants: { SUPPORTED_KEX: readonly string[] } = require('ssh2/lib/protocol/constants.js');
const ciphers: { bindingAvailable: boolean } = require('ssh2/lib/protocol/crypto.js');

export type Ssh2Condition = {
  nativeCiphers: boolean;
  postQuantum: boolean;
  /** What that means, and what would be better. */
  sentence: string;
};

export function ssh2Condition(): Ssh2Condition {
  const nativeCiphers = ciphers.bindingAvailable;
  const postQuantum = knowsKeyExchange('mlkem768x25519-sha256');
  return { nativeCiphers, postQuantum, sentence: ssh2Sentence({ nativeCiphers, postQuantum }) };
}

export function ssh2Sentence({ nativeCiphers, postQuantum }: Omit<Ssh2Condition, 'sentence'>): string {
  const inJavaScript =
    process.platform === 'linux'
      ? 'ciphers in JavaScript, at about twice the work; for native ones install a C++ compiler (on Debian: apt-get install g++) and start again'
      : 'ciphers in JavaScript, at about twice the work; native ones are built on Linux only';
  const classical =
    'no post-quantum key exchange: run "node scripts/prepare.js" as the user who installed the packages, and start again';
  return [
    nativeCiphers ? 'native ciphers' : inJavaScript,
    postQuantum ? 'post-quantum key exchange (mlkem768x25519-sha256)' : classical,
  ].join('; ');
}

/** ssh2 refuses a list that has a name which it does not know. */
export function knowsKeyExchange(name: string): name is KexAlgorithm {
  return constants.SUPPORTED_KEX.includes(name);
}

// Fingerprints as people paste them.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { checkedFingerprint } from './fingerprint-text.ts';

const bare = 'uQ1cIsG+hnL9KOYzEBsrGWnbyoCrcfFSrR3Bmcs/d3k';
const good: string[] = [
  `SHA256:${bare}`,
  bare,
  `${bare}=`,
  ` SHA256:${bare}\n`,
  `sha256:${bare}`,
  `SHA256:${bare.replace(/.{8}/g, '$& ')}`,
  `256 SHA256:${bare} root@sftp (ED25519)`,
  bare.replaceAll('+', '-').replaceAll('/', '_'),
];

for (const text of good)
  test(`${JSON.stringify(text)} is read`, () => assert.equal(checkedFingerprint(text), `SHA256:${bare}`));

const bad: [text: string, code: string][] = [
  ['MD5:16:27:ac:a5:76:28:2d:36:63:1b:56:4d:eb:df:a6:48', 'md5-fingerprint'],
  ['16:27:ac:a5:76:28:2d:36:63:1b:56:4d:eb:df:a6:48', 'md5-fingerprint'],
  ['1627aca576282d36631b564debdfa648', 'md5-fingerprint'],
  ['2048 MD5:16:27:ac:a5:76:28:2d:36:63:1b:56:4d:eb:df:a6:48 root (RSA)', 'md5-fingerprint'],
  ['', 'bad-fingerprint'],
  [`${bare}x`, 'bad-fingerprint'],
  [`SHA256:${bare}x`, 'bad-fingerprint'],
  [bare.slice(1), 'bad-fingerprint'],
  ['yes', 'bad-fingerprint'],
];

for (const [text, code] of bad)
  test(`${JSON.stringify(text.slice(0, 60))} is refused with ${code}`, () =>
    assert.throws(() => checkedFingerprint(text), { code }));

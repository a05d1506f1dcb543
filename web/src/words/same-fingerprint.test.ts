import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { test } from 'node:test';
import { grouped } from './fingerprints.ts';
import { compareFingerprint, fingerprintCommand, fingerprintQuestion } from './same-fingerprint.ts';

function keyOf(type: string, seed: string) {
  const sha256 = createHash('sha256').update(seed).digest();
  const md5 = createHash('md5').update(seed).digest('hex');
  return {
    type,
    sha256: `SHA256:${sha256.toString('base64').replace('=', '')}`,
    md5: `MD5:${(md5.match(/../g) ?? []).join(':')}`,
    hex: sha256.toString('hex'),
  };
}
const ed25519 = keyOf('ssh-ed25519', 'one');
const rsa = keyOf('ssh-rsa', 'two');
const other = keyOf('ssh-ed25519', 'three');
const keys = [ed25519, rsa];
const base64 = ed25519.sha256.slice('SHA256:'.length);
const md5 = ed25519.md5.slice('MD5:'.length);

test('the same fingerprint is recognised in every form in which IT departments send it', () => {
  const forms: [string, 'sha256' | 'md5'][] = [
    [ed25519.sha256, 'sha256'],
    [base64, 'sha256'],
    [`${base64}=`, 'sha256'],
    [`  ${ed25519.sha256}\n`, 'sha256'],
    [grouped(ed25519.sha256), 'sha256'],
    [`256 ${ed25519.sha256} root@files.example.edu (ED25519)`, 'sha256'],
    [`ED25519 key fingerprint is ${ed25519.sha256}.`, 'sha256'],
    [ed25519.hex, 'sha256'],
    [(ed25519.hex.toUpperCase().match(/../g) ?? []).join(':'), 'sha256'],
    [ed25519.md5, 'md5'],
    [md5, 'md5'],
    [md5.toUpperCase(), 'md5'],
    [md5.replaceAll(':', ''), 'md5'],
    [md5.replaceAll(':', ' '), 'md5'],
    [md5.replaceAll(':', '-'), 'md5'],
    [`256 ${ed25519.md5} root@files.example.edu (ED25519)`, 'md5'],
    [`256 MD5: ${md5} (ED25519)`, 'md5'],
  ];
  for (const [sent, by] of forms)
    assert.deepEqual(compareFingerprint(sent, keys), { kind: 'same', by, key: ed25519 }, sent);
});

test('among several keys the one that was sent is found, and SHA256 counts before MD5', () => {
  const sent = `2048 ${rsa.sha256} root@files (RSA)`;
  assert.deepEqual(compareFingerprint(sent, keys), { kind: 'same', by: 'sha256', key: rsa });
  assert.deepEqual(compareFingerprint(`${ed25519.md5}\n${rsa.sha256}`, keys), { kind: 'same', by: 'sha256', key: rsa });
});

test('another fingerprint is different, whatever its form', () => {
  const sent = [
    other.sha256,
    other.sha256.slice('SHA256:'.length),
    grouped(other.sha256),
    `256 ${other.sha256} root@files.example.edu (ED25519)`,
    other.hex,
    other.md5,
    other.md5.slice('MD5:'.length),
    other.md5.slice('MD5:'.length).replaceAll(':', ''),
    // One character of case makes another fingerprint.
    `SHA256:${base64.replace(/[a-z]/, (letter) => letter.toUpperCase())}`,
  ];
  for (const text of sent) assert.deepEqual(compareFingerprint(text, keys), { kind: 'different' }, text);
});

test('what is no whole fingerprint is said to be so, and is never the same', () => {
  const cases: [string, ReturnType<typeof compareFingerprint>][] = [
    ['', { kind: 'empty' }],
    [' \n ', { kind: 'empty' }],
    ['hello', { kind: 'unreadable', as: 'none' }],
    [ed25519.sha256.slice(0, 30), { kind: 'unreadable', as: 'part' }],
    [ed25519.sha256.slice(0, -1), { kind: 'unreadable', as: 'part' }],
    [base64.slice(0, 12), { kind: 'unreadable', as: 'part' }],
    [md5.slice(0, 20), { kind: 'unreadable', as: 'part' }],
    ['ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIGp2h0Q0 root@files', { kind: 'unreadable', as: 'public-key' }],
    ['-----BEGIN OPENSSH PRIVATE KEY-----\nb3BlbnNz', { kind: 'unreadable', as: 'private-key' }],
  ];
  for (const [sent, wanted] of cases) assert.deepEqual(compareFingerprint(sent, keys), wanted, sent);
});

test('the command names the file of the key type, and the question to IT does not give the answer away', () => {
  assert.equal(fingerprintCommand('ssh-ed25519'), 'ssh-keygen -lf /etc/ssh/ssh_host_ed25519_key.pub');
  assert.equal(fingerprintCommand('ecdsa-sha2-nistp384'), 'ssh-keygen -lf /etc/ssh/ssh_host_ecdsa_key.pub');
  assert.equal(fingerprintCommand('ssh-rsa'), 'ssh-keygen -lf /etc/ssh/ssh_host_rsa_key.pub');
  const question = fingerprintQuestion({ host: 'files.example.edu', port: 22 }, ['ssh-ed25519']);
  assert.ok(question.includes('ssh_host_ed25519_key.pub') && !question.includes(base64));
});

// OpenPGP: what a receiver with the private key reads, and which keys are refused.

import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { chmodSync, existsSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { test } from 'node:test';
import * as openpgp from 'openpgp';
import { temporaryFolder } from '../../../scripts/temporary-folder.ts';
import { createEncrypter } from './encrypter.ts';

const encrypter = createEncrypter();
const now = new Date('2026-11-20T10:00:00Z');
const made = new Date('2026-01-01T00:00:00Z');
const pair = (options: Partial<Parameters<typeof openpgp.generateKey>[0]> = {}) =>
  openpgp.generateKey({ userIDs: [{ name: 'Registrar' }], date: made, ...options, format: 'armored' });

async function* pieces(bytes: Buffer, size: number): AsyncGenerator<Uint8Array> {
  for (let at = 0; at < bytes.length; at += size) yield bytes.subarray(at, at + size);
}

async function readAll(source: AsyncIterable<Uint8Array>): Promise<Buffer> {
  const chunks: Uint8Array[] = [];
  for await (const chunk of source) chunks.push(chunk);
  return Buffer.concat(chunks);
}

test('what is encrypted is read with the private key, byte for byte, and is different each time', async () => {
  for (const type of ['curve25519', 'rsa'] as const) {
    const { publicKey, privateKey } = await pair({ type, ...(type === 'rsa' ? { rsaBits: 2048 } : {}) });
    const plain = randomBytes(700_000);
    const [one, other] = [
      await readAll(await encrypter.encrypt(pieces(plain, 65_536), publicKey, now)),
      await readAll(await encrypter.encrypt(pieces(plain, 1_000), publicKey, now)),
    ];
    assert.notDeepEqual(one, other);
    const decryptionKeys = await openpgp.readPrivateKey({ armoredKey: privateKey });
    for (const bytes of [one, other]) {
      const message = await openpgp.readMessage({ binaryMessage: Uint8Array.from(bytes) });
      const { data } = await openpgp.decrypt({ message, decryptionKeys, format: 'binary' });
      assert.deepEqual(Buffer.from(data as Uint8Array), plain);
    }
  }
});

test('a good key gives its fingerprint and its end', async () => {
  const { publicKey } = await pair({ keyExpirationTime: 365 * 86_400 });
  const checked = await encrypter.check(publicKey, now);
  assert.match(checked.fingerprint, /^[0-9a-f]{40,64}$/);
  assert.equal(checked.expiresAt?.toISOString(), '2027-01-01T00:00:00.000Z');
  assert.equal((await encrypter.check((await pair()).publicKey, now)).expiresAt, null);
});

test('keys that are none, private, expired, revoked or not for encryption are refused', async () => {
  const { privateKey, revocationCertificate, publicKey } = await pair();
  const expired = await pair({ keyExpirationTime: 86_400 });
  const revoked = await openpgp.revokeKey({
    key: await openpgp.readKey({ armoredKey: publicKey }),
    revocationCertificate,
    format: 'armored',
  });
  const signing = await pair({ subkeys: [{ sign: true }] });
  const cases: [what: string, key: string, code: string, words: RegExp][] = [
    ['text', 'hello', 'bad-pgp-key', /not an OpenPGP public key/],
    ['an SSH key', 'ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIJk x', 'bad-pgp-key', /not an OpenPGP/],
    ['half a key', publicKey.slice(0, 300), 'bad-pgp-key', /not an OpenPGP/],
    ['a private key', privateKey, 'bad-pgp-key', /private/],
    ['an expired key', expired.publicKey, 'pgp-key-not-usable', /expired on 2026-01-02/],
    ['a revoked key', revoked.publicKey, 'pgp-key-not-usable', /revoked/],
    ['a key for signing only', signing.publicKey, 'pgp-key-not-usable', /no part that files can be encrypted for/],
  ];
  for (const [what, key, code, words] of cases) {
    const expected = (error: { code?: string; title?: string }) => error.code === code && words.test(error.title ?? '');
    await assert.rejects(encrypter.check(key, now), expected, what);
    await assert.rejects(encrypter.encrypt(pieces(Buffer.from('x'), 1), key, now), expected, what);
  }
});

test('without the library the refusal says how to get it', async () => {
  const missing = createEncrypter(() => import(`not-${'there'}`) as Promise<typeof openpgp>);
  await assert.rejects(missing.check('', now), { code: 'pgp-not-available', detail: /npm install --no-save openpgp/ });
});

test('an error of the source comes out, and the source is not read further than it is needed', async () => {
  const { publicKey } = await pair();
  let pulled = 0;
  let ended = false;
  async function* source(): AsyncGenerator<Uint8Array> {
    try {
      for (;;) {
        pulled++;
        yield Buffer.alloc(65_536);
      }
    } finally {
      ended = true;
    }
  }
  for await (const chunk of await encrypter.encrypt(source(), publicKey, now)) if (chunk.length > 1000) break;
  assert.ok(pulled < 50, String(pulled));
  assert.equal(ended, true, 'leaving early ends the source');
  async function* failing(): AsyncGenerator<Uint8Array> {
    yield Buffer.from('begin');
    throw new Error('the source broke');
  }
  await assert.rejects(async () => readAll(await encrypter.encrypt(failing(), publicKey, now)), /the source broke/);
});

const gpg = '/usr/bin/gpg';

test('GnuPG reads what was encrypted for a key that it made', {
  skip: existsSync(gpg) ? false : 'GnuPG is not on this machine',
}, async () => {
  const home = await temporaryFolder('causeway-gpg-');
  const run = (args: string[], input?: Buffer) => {
    const result = spawnSync(gpg, ['--homedir', home, '--batch', '--quiet', '--passphrase', '', ...args], { input });
    assert.equal(result.status, 0, result.stderr.toString());
    return result.stdout;
  };
  try {
    chmodSync(home, 0o700);
    run([
      '--pinentry-mode',
      'loopback',
      '--quick-generate-key',
      'Registrar <registrar@example.edu>',
      'default',
      'default',
      'never',
    ]);
    const publicKey = run(['--armor', '--export']).toString();
    const plain = Buffer.from('Id,Name\r\n1,"Zoë ""Z"""\r\n'.repeat(20_000));
    const sent = await readAll(await encrypter.encrypt(pieces(plain, 10_000), publicKey, new Date()));
    assert.deepEqual(run(['--pinentry-mode', 'loopback', '--decrypt'], sent), plain);
  } finally {
    spawnSync('/usr/bin/gpgconf', ['--homedir', home, '--kill', 'all']);
    await rm(home, { recursive: true, force: true });
  }
});

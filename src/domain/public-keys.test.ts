// Public keys made by the real tools at test time, in every form that people paste.

import assert from 'node:assert/strict';
import { execFileSync, spawnSync } from 'node:child_process';
import { generateKeyPairSync } from 'node:crypto';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { AppError } from './errors.ts';
import { encodeOpenSshPrivateKey } from './openssh-private-keys.ts';
import { parsePublicKey } from './public-keys.ts';

const folder = mkdtempSync(join(tmpdir(), 'public-keys-'));
after(() => rmSync(folder, { recursive: true, force: true }));

const missing = (tool: string, flag: string) =>
  spawnSync(tool, [flag]).error === undefined ? false : `${tool} is not installed`;
const noSshKeygen = missing('ssh-keygen', '-?');
const noPuttygen = missing('puttygen', '--version');
const noOpenssl = missing('openssl', 'version');

const kinds: [name: string, args: string[], type: string][] = [
  ['ed25519', ['-t', 'ed25519'], 'ssh-ed25519'],
  ['p256', ['-t', 'ecdsa', '-b', '256'], 'ecdsa-sha2-nistp256'],
  ['p384', ['-t', 'ecdsa', '-b', '384'], 'ecdsa-sha2-nistp384'],
  ['p521', ['-t', 'ecdsa', '-b', '521'], 'ecdsa-sha2-nistp521'],
  ['rsa', ['-t', 'rsa', '-b', '2048'], 'ssh-rsa'],
];

const run = (tool: string, ...args: string[]) => execFileSync(tool, args, { cwd: folder, encoding: 'utf8' });
const read = (name: string) => readFileSync(join(folder, name), 'utf8');

function refusalOf(text: string): AppError {
  try {
    parsePublicKey(text);
  } catch (error) {
    if (error instanceof AppError) return error;
    throw error;
  }
  throw new Error('it was accepted');
}

before(() => {
  if (noSshKeygen) return;
  for (const [name, args] of kinds) run('ssh-keygen', '-q', ...args, '-N', '', '-C', `it@${name}.example`, '-f', name);
});

for (const [name, , type] of kinds) {
  test(`${type}: OpenSSH, RFC 4716 and PEM forms of one key are the same key`, { skip: noSshKeygen }, () => {
    const line = read(`${name}.pub`);
    const key = parsePublicKey(line);
    assert.equal(key.type, type);
    assert.equal(key.line, line.trim());
    assert.equal(key.comment, `it@${name}.example`);
    assert.equal(key.sha256, run('ssh-keygen', '-l', '-E', 'sha256', '-f', `${name}.pub`).split(' ')[1]);
    assert.equal(key.md5, run('ssh-keygen', '-l', '-E', 'md5', '-f', `${name}.pub`).split(' ')[1]);
    for (const format of ['RFC4716', 'PKCS8', ...(name === 'rsa' ? ['PEM'] : [])]) {
      if (format === 'PKCS8' && name === 'ed25519') continue; // ssh-keygen cannot write it; openssl below can
      const other = parsePublicKey(run('ssh-keygen', '-e', '-m', format, '-f', `${name}.pub`));
      assert.deepEqual([format, other.type, other.sha256], [format, type, key.sha256]);
    }
  });
}

test('keys by PuTTYgen are read: its .pub file, its OpenSSH line, and the public part of a .ppk of both versions', {
  skip: noPuttygen,
}, () => {
  for (const [kind, extra, type] of [
    ['ed25519', [], 'ssh-ed25519'],
    ['ecdsa', ['-b', '384'], 'ecdsa-sha2-nistp384'],
    ['rsa', ['-b', '2048'], 'ssh-rsa'],
  ] as const) {
    for (const version of ['2', '3']) {
      const ppk = `${kind}-${version}.ppk`;
      writeFileSync(join(folder, 'empty'), '');
      run(
        'puttygen',
        '-q',
        '-t',
        kind,
        ...extra,
        '-C',
        'office "PC" key',
        '-o',
        ppk,
        '--new-passphrase',
        'empty',
        '--ppk-param',
        `version=${version}`,
      );
      const line = parsePublicKey(run('puttygen', ppk, '-L'));
      const publicFile = parsePublicKey(run('puttygen', ppk, '-p'));
      const publicPart = parsePublicKey(read(ppk).split('Private-Lines')[0] ?? '');
      assert.equal(line.type, type);
      assert.deepEqual([publicFile.sha256, publicPart.sha256], [line.sha256, line.sha256]);
      assert.deepEqual([line.comment, publicPart.comment], ['office "PC" key', 'office "PC" key']);
      assert.equal(refusalOf(read(ppk)).code, 'private-key');
    }
  }
});

test('keys by openssl are read: SPKI of Ed25519, ECDSA and RSA, and PKCS#1 of RSA', { skip: noOpenssl }, () => {
  for (const [args, type] of [
    [['-algorithm', 'ED25519'], 'ssh-ed25519'],
    [['-algorithm', 'EC', '-pkeyopt', 'ec_paramgen_curve:P-256'], 'ecdsa-sha2-nistp256'],
    [['-algorithm', 'RSA', '-pkeyopt', 'rsa_keygen_bits:3072'], 'ssh-rsa'],
  ] as const) {
    run('openssl', 'genpkey', ...args, '-out', 'key.pem');
    const key = parsePublicKey(run('openssl', 'pkey', '-in', 'key.pem', '-pubout'));
    assert.equal(key.type, type);
    if (type === 'ssh-rsa')
      assert.equal(parsePublicKey(run('openssl', 'rsa', '-in', 'key.pem', '-RSAPublicKey_out')).sha256, key.sha256);
  }
});

test('a key survives the ways in which mail programs and editors spoil it', { skip: noSshKeygen }, () => {
  const line = read('rsa.pub').trim();
  const wanted = parsePublicKey(line).sha256;
  const spoilt = [
    `\uFEFF${line}\r\n`,
    `\n\n  ${line}  \n\n`,
    `# the key of our server\n${line}`,
    line.replace(/(.{70})/g, '$1\n'),
    line.replace(' ', '\n'),
    run('ssh-keygen', '-e', '-m', 'RFC4716', '-f', 'rsa.pub').replace(/\n/g, '\r\n'),
    `please install this:\n${run('ssh-keygen', '-e', '-m', 'PKCS8', '-f', 'rsa.pub')}\nthank you`,
  ];
  assert.deepEqual(
    spoilt.map((text) => parsePublicKey(text).sha256),
    spoilt.map(() => wanted),
  );
});

test('private keys of every kind are refused, and nothing of them is repeated', { skip: noSshKeygen }, () => {
  const pkcs8 = generateKeyPairSync('rsa', {
    modulusLength: 2048,
    privateKeyEncoding: { type: 'pkcs8', format: 'pem' },
    publicKeyEncoding: { type: 'spki', format: 'pem' },
  });
  const pkcs1 = generateKeyPairSync('rsa', { modulusLength: 2048 }).privateKey.export({ type: 'pkcs1', format: 'pem' });
  for (const text of [
    read('rsa'),
    read('ed25519'),
    pkcs8.privateKey,
    pkcs1.toString(),
    pkcs8.publicKey + pkcs8.privateKey,
  ]) {
    const refusal = refusalOf(text);
    assert.equal(refusal.code, 'private-key');
    const words = JSON.stringify([refusal.message, refusal.title, refusal.detail, refusal.fields]);
    const bodyLines = text.split('\n').filter((line) => line.length > 20 && !line.startsWith('-----'));
    assert.deepEqual(
      bodyLines.filter((line) => words.includes(line.slice(0, 12))),
      [],
    );
  }
});

test('what is not one usable key is refused with its own code', { skip: noSshKeygen }, () => {
  const ed = read('ed25519.pub').trim();
  const rsa = read('rsa.pub').trim();
  const [type, base64 = ''] = ed.split(' ');
  run('ssh-keygen', '-q', '-t', 'rsa', '-b', '1024', '-N', '', '-f', 'short');
  run('ssh-keygen', '-q', '-s', 'p256', '-I', 'x', '-n', 'x', 'ed25519.pub');
  const blobLine = (...parts: Buffer[]) => {
    const bytes = Buffer.concat(parts.flatMap((part) => [Buffer.from([0, 0, 0, part.length]), part]));
    return `${parts[0]?.toString()} ${bytes.toString('base64')}`;
  };
  const offCurve = Buffer.concat([Buffer.of(4), Buffer.alloc(64, 7)]);
  const cases: [string, string][] = [
    ['', 'no-public-key'],
    ['hello', 'no-public-key'],
    ['https://example.edu/key.pub', 'no-public-key'],
    ['x'.repeat(30_000), 'no-public-key'],
    [`${ed}\n${rsa}`, 'several-keys'],
    [`${run('ssh-keygen', '-e', '-f', 'rsa.pub')}${run('ssh-keygen', '-e', '-f', 'p256.pub')}`, 'several-keys'],
    [read('short.pub'), 'rsa-too-short'],
    [read('ed25519-cert.pub'), 'certificate'],
    [`from="10.0.0.0/8" ${ed}`, 'key-options'],
    [`${type} ${base64.slice(0, -8)}`, 'damaged-key'],
    [`ssh-rsa ${base64}`, 'damaged-key'],
    [`${ed.slice(0, 40)}`, 'damaged-key'],
    [blobLine(Buffer.from('ssh-dss'), Buffer.alloc(20, 1)), 'dsa-key'],
    [blobLine(Buffer.from('sk-ssh-ed25519@openssh.com'), Buffer.alloc(32, 1)), 'security-key'],
    [blobLine(Buffer.from('ssh-ed448'), Buffer.alloc(57, 1)), 'unknown-key-type'],
    [blobLine(Buffer.from('ecdsa-sha2-nistp256'), Buffer.from('nistp256'), offCurve), 'damaged-key'],
    [blobLine(Buffer.from('ssh-ed25519'), Buffer.alloc(32, 1), Buffer.alloc(1)), 'damaged-key'],
    ['-----BEGIN CERTIFICATE-----\nMIIB\n-----END CERTIFICATE-----', 'no-public-key'],
    ['-----BEGIN PUBLIC KEY-----\nMIIB\n-----END PUBLIC KEY-----', 'damaged-key'],
    ['PuTTY-User-Key-File-3: ssh-ed25519\nComment: x\nPublic-Lines: 2\nAAAA', 'damaged-key'],
    [generateKeyPairSync('x25519').publicKey.export({ type: 'spki', format: 'pem' }).toString(), 'unknown-key-type'],
    [
      generateKeyPairSync('ec', { namedCurve: 'secp256k1' })
        .publicKey.export({ type: 'spki', format: 'pem' })
        .toString(),
      'unknown-key-type',
    ],
    [
      generateKeyPairSync('dsa', { modulusLength: 2048, divisorLength: 224 })
        .publicKey.export({ type: 'spki', format: 'pem' })
        .toString(),
      'dsa-key',
    ],
  ];
  assert.deepEqual(
    cases.map(([text]) => [text.slice(0, 60), refusalOf(text).code]),
    cases.map(([text, code]) => [text.slice(0, 60), code]),
  );
});

test('a private key in OpenSSH form is read by ssh-keygen as the same key', { skip: noSshKeygen }, () => {
  for (const pair of [
    generateKeyPairSync('ed25519'),
    generateKeyPairSync('ec', { namedCurve: 'P-256' }),
    generateKeyPairSync('rsa', { modulusLength: 3072 }),
  ]) {
    const { text } = encodeOpenSshPrivateKey(pair.privateKey, pair.publicKey, 'causeway');
    writeFileSync(join(folder, 'written'), text, { mode: 0o600 });
    const spki = pair.publicKey.export({ type: 'spki', format: 'pem' }).toString();
    assert.equal(parsePublicKey(run('ssh-keygen', '-y', '-f', 'written')).sha256, parsePublicKey(spki).sha256);
  }
});

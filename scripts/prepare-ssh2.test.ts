// What the preparation step does to ssh2, on copies of the installed package.

import assert from 'node:assert/strict';
import { execFile, execFileSync } from 'node:child_process';
import {
  appendFileSync,
  chmodSync,
  cpSync,
  existsSync,
  globSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterEach, beforeEach, test } from 'node:test';
import { promisify } from 'node:util';
import { hasPeer } from './debian-peers.ts';

const project = join(import.meta.dirname, '..');
const installed = dirname(createRequire(import.meta.url).resolve('ssh2/package.json'));
const skip = hasPeer('C++ compiler') ? false : 'C++ compiler (Debian: g++) is missing';
let root = '';
let ssh2 = '';

/** A project with ssh2 as it is released, and nothing else. */
beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'causeway-ssh2-'));
  ssh2 = join(root, 'node_modules/ssh2');
  mkdirSync(join(root, 'node_modules'));
  cpSync(installed, ssh2, { recursive: true });
  for (const file of globSync('**/*.released', { cwd: ssh2 }))
    renameSync(join(ssh2, file), join(ssh2, file.slice(0, -'.released'.length)));
  rmSync(join(ssh2, 'lib/protocol/mlkem768x25519.js'), { force: true });
  rmSync(join(ssh2, 'lib/protocol/crypto/build'), { recursive: true, force: true });
  for (const name of ['nan', 'asn1', 'bcrypt-pbkdf'])
    symlinkSync(join(project, 'node_modules', name), join(root, 'node_modules', name));
});

afterEach(() => rmSync(root, { recursive: true, force: true }));

/** Runs the whole step and gives what it said about ssh2. */
async function prepare(env: Record<string, string> = {}, node = process.execPath): Promise<string[]> {
  const said = `import(${JSON.stringify(join(project, 'scripts/prepare.js'))})
    .then(({ prepare }) => prepare({ root: ${JSON.stringify(root)}, say: console.log }))`;
  const { stdout } = await promisify(execFile)(node, ['--input-type=module', '-e', said], {
    env: { ...process.env, ...env },
  });
  return stdout.split('\n').filter((line) => line !== '' && !line.includes('web pages'));
}

const noCompiler = { CXX: '/nowhere/g++' };

/** What a fresh process finds in the package. */
function inUse(): { native: boolean; postQuantum: boolean } {
  const look = `const { SUPPORTED_KEX } = require('./lib/protocol/constants.js');
    const { bindingAvailable } = require('./lib/protocol/crypto.js');
    const ssh2 = require('./lib/index.js');
    const postQuantum = SUPPORTED_KEX.includes('mlkem768x25519-sha256');
    if (postQuantum) new ssh2.Client().on('error', () => 0).connect({ host: '127.0.0.1', port: 9, username: 'x', algorithms: { kex: ['mlkem768x25519-sha256'] } }).destroy();
    console.log(JSON.stringify({ native: bindingAvailable, postQuantum }));`;
  return JSON.parse(execFileSync(process.execPath, ['-e', look], { cwd: ssh2, encoding: 'utf8' }));
}

/** Every file with its content, to see that nothing has changed. */
function allFiles(): string[] {
  return globSync('**/*', { cwd: ssh2, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => `${entry.parentPath}/${entry.name} ${readFileSync(join(entry.parentPath, entry.name), 'base64')}`)
    .sort();
}

test('ssh2 is changed once, and again after npm has brought it back', async () => {
  const released = readFileSync(join(ssh2, 'lib/protocol/kex.js'));
  assert.deepEqual(inUse(), { native: false, postQuantum: false });
  assert.match((await prepare(noCompiler))[0] ?? '', /changed 4 files of ssh2 1\.17\.0/);
  assert.deepEqual(inUse(), { native: false, postQuantum: true });
  const after = allFiles();
  assert.deepEqual(
    (await prepare(noCompiler)).filter((line) => line.includes('changed')),
    [],
  );
  assert.deepEqual(allFiles(), after);
  writeFileSync(join(ssh2, 'lib/protocol/kex.js'), released);
  assert.match((await prepare(noCompiler))[0] ?? '', /changed 1 files/);
  assert.deepEqual(allFiles(), after);
});

test('changes of an earlier release of ours give way to those of today', async () => {
  await prepare(noCompiler);
  const after = allFiles();
  appendFileSync(join(ssh2, 'lib/protocol/kex.js'), '// what we did last year\n');
  appendFileSync(join(ssh2, 'lib/protocol/mlkem768x25519.js'), '// and here\n');
  assert.match((await prepare(noCompiler))[0] ?? '', /changed 2 files/);
  assert.deepEqual(allFiles(), after);
});

test('a file of ssh2 that is not the released one keeps the whole package as it is, with a sentence', async () => {
  appendFileSync(join(ssh2, 'lib/protocol/Protocol.js'), '\n// mended by somebody\n');
  const before = allFiles();
  const [line] = await prepare(noCompiler);
  assert.match(
    line ?? '',
    /Protocol\.js is not the file that was released \(npm ci brings it back\): ssh2 stays as it is/,
  );
  assert.deepEqual(allFiles(), before);
  assert.deepEqual(inUse(), { native: false, postQuantum: false });
});

test('another release of ssh2 stays as it is, with a sentence', async () => {
  const manifest = join(ssh2, 'package.json');
  writeFileSync(manifest, readFileSync(manifest, 'utf8').replace('"1.17.0"', '"1.18.0"'));
  const before = allFiles();
  assert.match((await prepare(noCompiler))[0] ?? '', /changes are for ssh2 1\.17\.0, and 1\.18\.0 is installed/);
  assert.deepEqual(allFiles(), before);
});

test('changed files are readable for the user of the server, whatever the umask of root', async () => {
  const before = process.umask(0o077);
  try {
    await prepare(noCompiler);
  } finally {
    process.umask(before);
  }
  for (const name of ['kex.js', 'mlkem768x25519.js'])
    assert.equal(statSync(join(ssh2, 'lib/protocol', name)).mode & 0o044, 0o044);
});

test('without a compiler the JavaScript ciphers serve, with what to install', async () => {
  const said = await prepare(noCompiler);
  assert.match(
    said.at(-1) ?? '',
    /there is no C\+\+ compiler \(on Debian: apt-get install g\+\+\): SFTP encrypts in JavaScript/,
  );
  assert.deepEqual(inUse(), { native: false, postQuantum: true });
});

/** The compiler in a hurry: what it makes is slow, and does the same. */
function quick(): Record<string, string> {
  const compiler = join(root, 'quick');
  writeFileSync(compiler, '#!/bin/sh\nexec g++ "$@" -O0\n', { mode: 0o755 });
  return { CXX: compiler };
}

test('the native ciphers are built once, load, and are built again when they were made from something else', {
  skip,
}, async () => {
  assert.match((await prepare(quick())).at(-1) ?? '', /building the native ciphers/);
  assert.deepEqual(inUse(), { native: true, postQuantum: true });
  assert.deepEqual(await prepare(quick()), []);
  writeFileSync(join(ssh2, 'lib/protocol/crypto/build/Release/built-from'), 'another Node');
  assert.match((await prepare(quick())).at(-1) ?? '', /building the native ciphers/);
  assert.deepEqual(
    readdirSync(ssh2).filter((name) => name.startsWith('building-')),
    [],
  );
});

test('several at once leave a whole package and no remains', { skip }, async () => {
  await Promise.all([prepare(quick()), prepare(quick())]);
  assert.deepEqual(inUse(), { native: true, postQuantum: true });
  assert.deepEqual(await prepare(quick()), []);
  assert.deepEqual(globSync('**/{*.new,building-*}', { cwd: ssh2 }), []);
});

test('it also runs on the machine’s own Node, and builds for the pinned one', {
  skip: skip || (!existsSync('/usr/bin/node') && 'there is no other Node'),
}, async () => {
  await prepare(quick(), '/usr/bin/node');
  assert.deepEqual(inUse(), { native: true, postQuantum: true });
});

test('a compiler that fails is no failure of the step, and what was built before stays', { skip }, async () => {
  await prepare(quick());
  const compiler = join(root, 'compiler');
  writeFileSync(compiler, '#!/bin/sh\necho "no room for an honest word" >&2\nexit 1\n');
  chmodSync(compiler, 0o755);
  writeFileSync(join(ssh2, 'lib/protocol/crypto/build/Release/built-from'), 'another Node');
  const said = await prepare({ CXX: compiler });
  assert.match(
    said.at(-1) ?? '',
    /cannot be built with .*compiler \(no room for an honest word\): SFTP encrypts in JavaScript/,
  );
  assert.deepEqual(inUse(), { native: true, postQuantum: true });
});

test('a build that does not load on the pinned Node is not put in place', { skip }, async () => {
  const compiler = join(root, 'compiler');
  // Makes a library, but none that Node knows as its own.
  writeFileSync(compiler, '#!/bin/sh\nfor last; do :; done\necho "int f;" | g++ -x c++ -shared -fPIC - -o "$last"\n');
  chmodSync(compiler, 0o755);
  const said = await prepare({ CXX: compiler });
  assert.match(said.at(-1) ?? '', /cannot be built/);
  assert.equal(existsSync(join(ssh2, 'lib/protocol/crypto/build/Release/sshcrypto.node')), false);
});

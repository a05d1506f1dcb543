// Builds ssh2's native ciphers (`sshcrypto.node`) for the pinned Node, where there is a C++ compiler (docs/adr/0011).
// Plain JavaScript for Node 20 and later. Invariant: what is in place was loaded by that Node and gave the same bytes as
// the JavaScript ciphers; without it those serve, so nothing here is a failure.
import { execFile } from 'node:child_process';
import { createHash } from 'node:crypto';
import {
  accessSync,
  chmodSync,
  constants,
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  realpathSync,
  renameSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { createRequire } from 'node:module';
import { delimiter, dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { bindingSource } from './patch-ssh2.js';
import { pinnedNode } from './pinned-node.js';

const run = promisify(execFile);
const trial = join(dirname(fileURLToPath(import.meta.url)), 'try-ssh-crypto.js');
/** Below ssh2's folder. */
const place = join('lib', 'protocol', 'crypto', 'build', 'Release');
const half = 'building-';
const hour = 3_600_000;
/** The flags of node-gyp that matter here; the compiler alone is needed then, and neither Python nor make. */
const flags = [
  ...['-shared', '-fPIC', '-pthread', '-O3', '-std=gnu++20', '-w'],
  ...['-fno-rtti', '-fno-exceptions', '-fno-strict-aliasing', '-fno-omit-frame-pointer', '-fstack-protector-strong'],
  ...['-Wl,-z,relro', '-Wl,-z,now'],
  ...['-DNODE_GYP_MODULE_NAME=sshcrypto', '-DBUILDING_NODE_EXTENSION', '-DOPENSSL_API_COMPAT=0x10100000L'],
  ...['-DOPENSSL_NO_PINSHARED', '-DOPENSSL_THREADS', '-D_FILE_OFFSET_BITS=64', '-D_LARGEFILE_SOURCE'],
  // ssh2's source has one way for each major version of the OpenSSL that is built into Node: the headers tell which.
  ...['-include', 'openssl/opensslv.h', '-DREAL_OPENSSL_MAJOR=OPENSSL_VERSION_MAJOR'],
];

/** Builds what is missing or out of date below `root`. `say` gets a line for each thing done, or why it cannot be. */
export async function buildSshCrypto(root, say) {
  const ssh2 = join(root, 'node_modules', 'ssh2');
  if (!existsSync(ssh2) || process.platform !== 'linux' || !['x64', 'arm64'].includes(process.arch)) return;
  const without = (why) => say(`${why}: SFTP encrypts in JavaScript, which is slower`);
  const parts = findParts(ssh2);
  if (typeof parts === 'string') return without(parts);
  if (builtFrom(ssh2) === parts.stamp) return;
  const compiler = findCompiler();
  if (compiler === undefined) return without('there is no C++ compiler (on Debian: apt-get install g++)');
  try {
    await build(ssh2, parts, compiler, say);
  } catch (error) {
    without(`the native ciphers of SFTP cannot be built with ${compiler} (${cause(error)})`);
  }
}

/** One line of what a program said before it failed. */
function cause(error) {
  const lines = (error.stderr || error.message).split('\n').filter((line) => line.trim() !== '');
  return (lines.find((line) => /\berror\b/i.test(line)) ?? lines[0] ?? 'without a word').trim().slice(0, 300);
}

/** Everything that goes into the build, and the hash of it; or what is missing. */
function findParts(ssh2) {
  const source = bindingSource(ssh2);
  if (source === undefined) return 'the source of ssh2’s native ciphers is not the one that we know';
  const node = pinnedNode();
  const headers = node && join(dirname(dirname(realpathSync(node))), 'include', 'node');
  const version = headers && join(headers, 'node_version.h');
  if (!version || !existsSync(version) || !existsSync(join(headers, 'openssl', 'opensslv.h')))
    return `the C++ headers of ${node ?? 'Node'} are not there`;
  const nan = nanFolder(ssh2);
  if (nan === undefined) return 'the package nan is not installed';
  const hash = createHash('sha256');
  for (const part of [source, readFileSync(version), nan.version, process.arch, ...flags])
    hash.update(part).update('\0');
  return { source, node, headers, nan: nan.folder, stamp: hash.digest('hex') };
}

function nanFolder(ssh2) {
  try {
    const manifest = createRequire(join(ssh2, 'package.json')).resolve('nan/package.json');
    return { folder: dirname(manifest), version: JSON.parse(readFileSync(manifest, 'utf8')).version };
  } catch {
    return undefined;
  }
}

function findCompiler() {
  const names = process.env.CXX ? [process.env.CXX] : ['g++', 'clang++', 'c++'];
  const folders = (process.env.PATH ?? '').split(delimiter);
  return names
    .flatMap((name) => (name.includes('/') ? [name] : folders.map((folder) => join(folder, name))))
    .find(isProgram);
}

function isProgram(path) {
  try {
    accessSync(path, constants.X_OK);
    return statSync(path).isFile();
  } catch {
    return false;
  }
}

async function build(ssh2, parts, compiler, say) {
  removeRemains(ssh2);
  // Beside and moved into place: two at once do the work twice, and each leaves a whole file.
  const fresh = mkdtempSync(join(ssh2, half));
  say('building the native ciphers of SFTP, once');
  try {
    const protocol = join(fresh, 'protocol');
    const made = join(protocol, 'crypto', 'build', 'Release');
    cpSync(join(ssh2, 'lib', 'protocol'), protocol, { recursive: true });
    rmSync(made, { recursive: true, force: true });
    mkdirSync(made, { recursive: true });
    const source = join(fresh, 'binding.cc');
    writeFileSync(source, parts.source);
    const folders = [`-I${parts.headers}`, `-I${parts.nan}`];
    const file = join(made, 'sshcrypto.node');
    await run(compiler, [...flags, ...folders, source, '-o', file], { timeout: hour / 6 });
    await run(parts.node, [trial, protocol], { timeout: hour / 60 });
    writeFileSync(join(made, 'built-from'), parts.stamp);
    moveIntoPlace(made, join(ssh2, place));
  } finally {
    rmSync(fresh, { recursive: true, force: true });
  }
}

/** The add-on first: when the stamp is missing it is only built again. */
function moveIntoPlace(made, target) {
  mkdirSync(target, { recursive: true });
  for (const folder of [dirname(target), target]) chmodSync(folder, 0o755);
  for (const [name, mode] of [
    ['sshcrypto.node', 0o755],
    ['built-from', 0o644],
  ]) {
    chmodSync(join(made, name), mode);
    renameSync(join(made, name), join(target, name));
  }
}

/** Of builds that were killed. */
function removeRemains(ssh2) {
  for (const name of readdirSync(ssh2).filter((entry) => entry.startsWith(half))) {
    const path = join(ssh2, name);
    const age = Date.now() - (statSync(path, { throwIfNoEntry: false })?.mtimeMs ?? Date.now());
    if (age > hour) rmSync(path, { recursive: true, force: true });
  }
}

function builtFrom(ssh2) {
  const stamp = join(ssh2, place, 'built-from');
  return existsSync(stamp) && existsSync(join(ssh2, place, 'sshcrypto.node')) ? readFileSync(stamp, 'utf8') : undefined;
}

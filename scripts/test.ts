// npm test: types, lint, and every test, on the embedded PostgreSQL and once more on Debian's. What CI runs.
// Invariant: it ends with 0 only when every step did; what was skipped is named in the output of the tests.

import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { globSync } from 'node:fs';
import { join } from 'node:path';
import { startDebianPostgres } from '../test/kit/debian-postgres.ts';
import { installPeers } from './debian-peers.ts';
import { fetchNewerOpenSsh } from './newer-openssh.ts';

const root = join(import.meta.dirname, '..');
const only = process.argv[2];
const failed: string[] = [];

async function step(name: string, command: string, args: string[], env: Record<string, string> = {}): Promise<void> {
  console.log(`\n── ${name}`);
  const started = performance.now();
  const child = spawn(command, args, { cwd: root, stdio: 'inherit', env: { ...process.env, ...env } });
  const [code] = await once(child, 'exit');
  const passed = code === 0;
  console.log(`── ${name}: ${passed ? 'passed' : 'FAILED'} in ${((performance.now() - started) / 1000).toFixed(1)} s`);
  if (!passed) failed.push(name);
}

/** One run of node's test runner: two files at a time, as there are two cores at least. */
function runTests(name: string, files: string[], env: Record<string, string> = {}): Promise<void> {
  return step(name, process.execPath, ['--test', '--test-concurrency=2', ...files], env);
}

/** What serves where no compiler is; the rest of the tests use the native ones where they were built. */
const javascriptCiphers = [
  ...['openssh', 'ssh2-client', 'key-exchange'].map((name) => `test/sftp/${name}.test.ts`),
  'test/outbound/remote-key-exchange.test.ts',
];

const bin = (name: string) => join(root, 'node_modules/.bin', name);
installPeers();
fetchNewerOpenSsh();
// A compiler may have come with them.
await step('preparation', process.execPath, ['scripts/prepare.js']);
if (only === 'peers') {
  await runTests('client matrix', globSync('test/peers/*.test.ts', { cwd: root }));
} else {
  await step('npm ci would work', 'npm', ['ci', '--dry-run', '--silent']);
  await step('types', bin('tsc'), ['--noEmit', '-p', '.']);
  await step('types of the web pages', bin('tsc'), ['--noEmit', '-p', 'web']);
  await step('format and lint', bin('biome'), ['check', '--error-on-warnings', '.']);
  await step('promises', bin('oxlint'), ['--type-aware', '--deny-warnings', 'src', 'test', 'scripts', 'bench']);
  await step('unused files and packages', bin('knip'), [
    '--include',
    'files,dependencies,unlisted,unresolved,duplicates',
  ]);
  const debian = await startDebianPostgres();
  if (debian) {
    try {
      const files = globSync(
        [
          'src/db/{connection,copy,migrate}.test.ts',
          '{src,test}/{store,inbound,accounts,jobs}/**/*.test.ts',
          'test/outbound/{connections,destinations,transfers,windows}.test.ts',
          'test/outbound/windows-{commit-order,contacts}.test.ts',
        ],
        { cwd: root },
      );
      const name = `tests on PostgreSQL ${debian.version} of Debian`;
      await runTests(name, files, { CAUSEWAY_TEST_DATABASE_URL: debian.url });
    } finally {
      await debian.stop();
    }
  } else console.log('\n── skipped: tests on the PostgreSQL of Debian, which is not on this machine');
  await runTests('SFTP with ciphers in JavaScript', javascriptCiphers, {
    NODE_OPTIONS: `--import ${join(root, 'test/kit/javascript-ciphers.ts')}`,
  });
  // Last, so that the run closes on the summary of the whole.
  await runTests('tests', globSync('{src,test,scripts,bench,web/src}/**/*.test.ts', { cwd: root }));
}
console.log(failed.length === 0 ? '\nEverything passed.' : `\nFailed: ${failed.join(', ')}.`);
process.exit(failed.length === 0 ? 0 : 1);

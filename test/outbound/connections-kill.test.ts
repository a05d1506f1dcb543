// A process that dies in the middle of a load, and one that reads a large load: all or nothing, in memory that stays flat.

import assert from 'node:assert/strict';
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { lastBatch } from '../../src/store/dataset-positions.ts';
import { makeInstitution } from '../kit/accounts.ts';
import { type ConnectionProgram, lineOf } from '../kit/connection-program.ts';
import { connectionsOf, countsOf, load, openConnectionKit } from '../kit/connections.ts';

const program = join(import.meta.dirname, '../kit/connection-program.ts');
const rows = 6_000;

let opened: Awaited<ReturnType<typeof openConnectionKit>>;
before(async () => {
  opened = await openConnectionKit();
});
after(() => opened[Symbol.asyncDispose]());

function start(given: Omit<ConnectionProgram, 'url' | 'folder'>): {
  child: ChildProcess;
  lines: AsyncIterator<string>;
} {
  const words = [program, JSON.stringify({ ...given, url: opened.deps.databaseUrl, folder: opened.deps.folder })];
  const child = spawn(process.execPath, ['--max-old-space-size=64', '--max-semi-space-size=4', ...words], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  async function* lines() {
    let rest = '';
    for await (const chunk of child.stdout ?? []) {
      const parts = (rest + String(chunk)).split('\n');
      rest = parts.pop() ?? '';
      yield* parts;
    }
  }
  return { child, lines: lines() };
}

const all = () => Array.from({ length: rows }, (_, n) => lineOf(n)).join('');

for (const [stopAt, kept] of [
  ['half-read', 0],
  ['before-commit', 0],
  ['after-commit', rows],
] as const)
  test(`killed ${stopAt.replace('-', ' ')}: ${kept === 0 ? 'nothing' : 'all'} is there, and sent again it is right`, async () => {
    const { id } = await makeInstitution(opened.deps, `killed-${stopAt}`);
    const kit = { deps: opened.deps, institutionId: id };
    const { child, lines } = start({ institutionId: id, rows, stopAt });
    assert.equal((await lines.next()).value, 'stopped');
    const exit = once(child, 'exit');
    child.kill('SIGKILL');
    await exit;
    assert.equal((await connectionsOf(kit)).length, kept);
    // A transaction that the server has not given up yet would hold the lock: the load waits for it.
    const again = await load(kit, all());
    assert.equal(countsOf(again), kept === 0 ? `${rows} 0 0 0` : `0 0 ${rows} 0`);
    assert.equal(await lastBatch(kit.deps.db, id, 'connections'), 1);
  });

/** What 200,000 rows (70 MB) may take beyond 20,000, in MiB: garbage that waits, and nothing that grows with the rows. */
const most = 30;

test('200,000 rows are loaded in memory that stays flat', async (context) => {
  const peak = async (count: number) => {
    const { id } = await makeInstitution(opened.deps, `large-${count}`);
    const { lines } = start({ institutionId: id, rows: count, stopAt: null });
    assert.equal((await lines.next()).value, `ack ${count}`);
    return Number((await lines.next()).value);
  };
  const more = (await peak(200_000)) - (await peak(20_000));
  context.diagnostic(`${more} MiB more than for 20,000 rows`);
  assert.ok(more < most, `${more} MiB more`);
});

// Workers that are killed at any moment: every queued file is imported exactly once, and whole.

import assert from 'node:assert/strict';
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { test } from 'node:test';
import {
  addInstitution,
  type ImportKit,
  importOf,
  openImportKit,
  outboxOf,
  queueFile,
} from '../../test/kit/imports.ts';
import { until } from '../../test/kit/until.ts';
import type { ImportId } from '../domain/ids.ts';
import { isFinal } from '../domain/import.ts';

const program = join(import.meta.dirname, '../../test/kit/worker-program.ts');
const kills = Number(process.env.CAUSEWAY_TEST_KILLS ?? 6);
const rows = 1500;

async function startWorker(kit: ImportKit): Promise<ChildProcess> {
  const child = spawn(process.execPath, [program, kit.deps.databaseUrl, kit.deps.folder], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  await once(child.stdout ?? child, 'data');
  return child;
}

async function kill(child: ChildProcess): Promise<void> {
  const gone = once(child, 'exit');
  child.kill('SIGKILL');
  await gone;
}

/** A file of `rows` people; those with a number below `from` have been in the file before, under another first name. */
function people(from: number, name: string): string {
  const lines = Array.from({ length: rows }, (_, at) => {
    const n = from + at;
    return `S${n},${name},Lee,${String(2_125_550_000 + n)}`;
  });
  return `CRM,First,Last,Phone\n${lines.join('\n')}\n`;
}

test('files are imported once and whole, however often their worker is killed', async () => {
  await using kit = await openImportKit();
  const other = await addInstitution(kit, 'other');
  const queued: { owner: ImportKit; id: ImportId }[] = [];
  for (let n = 0; n < 4; n += 1)
    for (const owner of [kit, other])
      queued.push({ owner, id: await queueFile(owner, people((n * rows) / 2, `Name ${n}`)) });
  const allDone = async () => {
    const records = await Promise.all(queued.map(({ owner, id }) => importOf(owner, id)));
    return records.every((record) => isFinal(record.status));
  };
  for (let n = 0; n < kills; n += 1) {
    const child = await startWorker(kit);
    await new Promise((resolve) => setTimeout(resolve, (n * 137) % 700));
    await kill(child);
  }
  const last = await startWorker(kit);
  await until(allDone, { seconds: 120 });
  await kill(last);
  for (const owner of [kit, other]) {
    const records = await Promise.all(queued.filter((one) => one.owner === owner).map(({ id }) => importOf(owner, id)));
    const half = rows / 2;
    assert.deepEqual(
      records.map(({ status, counts }) => [status, counts.rows, counts.created + counts.skipped, counts.updated]),
      [['succeeded', rows, rows, 0], ...Array.from({ length: 3 }, () => ['succeeded', rows, half, half])],
    );
    const [sums] = await owner.deps.db.query<{ contacts: number; changes: number; issues: number; receipts: number }>(
      `select (select count(*) from contacts where institution_id = $1) as contacts,
         (select count(*) from contact_changes where institution_id = $1) as changes,
         (select count(*) from import_issues where institution_id = $1 and effect = 'row-skipped') as issues,
         (select count(*) from stored_files where institution_id = $1 and origin = 'receipt') as receipts`,
      [owner.institutionId],
    );
    const skipped = records.reduce((sum, { counts }) => sum + counts.skipped, 0);
    const created = records.reduce((sum, { counts }) => sum + counts.created, 0);
    assert.deepEqual(sums, { contacts: created, changes: 3 * half, issues: skipped, receipts: 4 });
    for (const record of records)
      assert.equal((await outboxOf(owner, record)).length, record.counts.skipped > 0 ? 2 : 1);
  }
});

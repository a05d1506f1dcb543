// Random loads one after the other, against the same rules written down naively: the same records, batches and counts.

import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import fc from 'fast-check';
import { makeInstitution } from '../kit/accounts.ts';
import {
  batchesOf,
  type ConnectionKit,
  connectionsOf,
  countsOf,
  load,
  ndjson,
  openConnectionKit,
  row,
} from '../kit/connections.ts';

type Row = { id: string; name: string | null; majors: readonly string[]; isBad: boolean };
type Kept = { name: string | null; majors: readonly string[]; batch: number };

const same = (a: Omit<Kept, 'batch'>, b: Omit<Kept, 'batch'>) =>
  a.name === b.name && JSON.stringify(a.majors) === JSON.stringify(b.majors);

/** Changes `records` as the load should, and gives its counts. */
function naive(records: Map<string, Kept>, rows: readonly Row[], nextBatch: () => number): string {
  const good = rows.filter((one) => !one.isBad);
  const lastOf = new Map(good.map((one) => [one.id, one]));
  const counts = { created: 0, updated: 0, unchanged: 0 };
  let batch: number | undefined;
  const outcomes = new Map<string, 'created' | 'updated' | 'unchanged'>();
  for (const [id, { name, majors }] of lastOf) {
    const before = records.get(id);
    const outcome = before === undefined ? 'created' : same(before, { name, majors }) ? 'unchanged' : 'updated';
    outcomes.set(id, outcome);
    if (outcome === 'unchanged') continue;
    batch ??= nextBatch();
    records.set(id, { name, majors, batch });
  }
  for (const one of good) {
    const last = lastOf.get(one.id) ?? assert.fail();
    const outcome = outcomes.get(one.id) ?? assert.fail();
    if (one === last) counts[outcome] += 1;
    else if (outcome !== 'unchanged' && !same(one, last)) counts.updated += 1;
    else counts.unchanged += 1;
  }
  return `${counts.created} ${counts.updated} ${counts.unchanged} ${rows.length - good.length}`;
}

const oneRow = fc.record({
  id: fc.integer({ min: 0, max: 5 }).map((n) => `C-${n}`),
  name: fc.constantFrom(null, 'Ann', 'Bo\\'),
  majors: fc.constantFrom([], ['Art'], ['Art', '"Law", {1}']),
  isBad: fc.nat({ max: 7 }).map((n) => n === 0),
});
const loads = fc.array(fc.array(oneRow, { maxLength: 12 }), { minLength: 1, maxLength: 5 });

let opened: Awaited<ReturnType<typeof openConnectionKit>>;
before(async () => {
  opened = await openConnectionKit();
});
after(() => opened[Symbol.asyncDispose]());

test('loads follow the rules, whatever they hold, and each of them may be sent twice', async () => {
  let serial = 0;
  await fc.assert(
    fc.asyncProperty(loads, fc.boolean(), async (all, asCsv) => {
      const { id } = await makeInstitution(opened.deps, `model-${++serial}`);
      const kit: ConnectionKit = { deps: opened.deps, institutionId: id };
      const records = new Map<string, Kept>();
      let batch = 0;
      for (const rows of all) {
        const content = asCsv ? csvOf(rows) : ndjsonOf(rows);
        const expected = naive(records, rows, () => ++batch);
        assert.equal(countsOf(await load(kit, content)), expected);
        const bad = rows.filter((one) => one.isBad).length;
        assert.equal(countsOf(await load(kit, content)), `0 0 ${rows.length - bad} ${bad}`);
      }
      const batches = await batchesOf(kit);
      const found = (await connectionsOf(kit)).map(({ externalId, lastName, majors }) => [
        externalId,
        { name: lastName, majors, batch: batches[externalId] },
      ]);
      assert.deepEqual(Object.fromEntries(found), Object.fromEntries(records));
    }),
    { numRuns: Number(process.env.CAUSEWAY_TEST_RUNS ?? 25) },
  );
});

function ndjsonOf(rows: readonly Row[]): string {
  return ndjson(
    rows.map(({ id, name, majors, isBad }) =>
      row(id, { lastName: name, majors, ...(isBad ? { connectedAt: '' } : {}) }),
    ),
  );
}

function csvOf(rows: readonly Row[]): string {
  const cell = (text: string) => `"${text.replaceAll('"', '""')}"`;
  const lines = rows.map(({ id, name, majors, isBad }) =>
    [id, isBad ? '' : '2026-03-01', 'Ada', name ?? '', 'ada@example.edu', majors.join(';')].map(cell).join(','),
  );
  return ['externalId,connectedAt,firstName,lastName,email,majors', ...lines, ''].join('\r\n');
}

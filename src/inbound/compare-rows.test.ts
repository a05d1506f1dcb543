// Rows that are recognised by their hash: reports and contacts must be those of imports that look at every row.

import assert from 'node:assert/strict';
import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import fc from 'fast-check';
import {
  addInstitution,
  contactBy,
  contactsAs,
  directReader,
  drain,
  type ImportKit,
  importFile,
  importOf,
  mappingOf,
  openImportKit,
  queueFile,
  setByHand,
  useMapping,
} from '../../test/kit/imports.ts';
import { rowHashesOf } from '../../test/kit/row-hashes.ts';
import { listIssues } from '../store/import-issues.ts';
import type { ImportRecord } from '../store/imports.ts';
import type { FileReader } from './reading.ts';

/** Of the last file that was read: rows in all, and those that were known; and those that became contacts at once. */
let read = { rows: 0, known: 0 };
let copied = 0;
let snapshots = 0;
/** Files whose known rows lay by ranges on disk, and rows that were known in them. */
let byRanges = { files: 0, known: 0 };
const reader: FileReader = {
  ...directReader,
  async *read(job) {
    copied = 0;
    const parts = directReader.read(job);
    for (;;) {
      const next = await parts.next();
      if (next.done) {
        read = { rows: next.value.rows, known: next.value.known };
        if (job.compare?.known?.kind === 'ranges')
          byRanges = { files: byRanges.files + 1, known: byRanges.known + read.known };
        return next.value;
      }
      if (next.value.kind === 'contacts') copied += next.value.count;
      yield next.value;
    }
  },
};

let shared: ImportKit & AsyncDisposable;
let made = 0;
before(async () => {
  shared = await openImportKit(reader);
});
after(() => shared[Symbol.asyncDispose]());

const labels = { CRM: 'crmId', First: 'firstName', Last: 'lastName', Phone: 'phone', Email: 'email', GPA: 'gpa' };

async function fresh(policies: Parameters<typeof mappingOf>[1] = {}): Promise<ImportKit> {
  made += 1;
  const kit = await addInstitution(shared, `known-${made}`);
  await useMapping(kit, mappingOf(labels, policies));
  return kit;
}

type Row = { crm: string; first: string; last: string; phone: string; email: string; gpa: string };

const ann: Row = { crm: 'A', first: 'Ann', last: 'Lee', phone: '212-555-0140', email: 'ann@example.edu', gpa: '3.5' };
const bo: Row = { crm: 'B', first: 'Bo', last: 'Ray', phone: '212-555-0141', email: 'bo@example.edu', gpa: '' };
const cy: Row = { crm: 'C', first: 'Cy', last: 'Zoë', phone: '212-555-0142', email: '', gpa: '4' };

/** A column that nobody maps makes the file so large that comparing is worth it. */
const filler = 'x'.repeat(24 * 1024);

function fileOf(rows: readonly Row[], header = 'CRM,First,Last,Phone,Email,GPA,Filler'): string {
  const lines = rows.map(({ crm, first, last, phone, email, gpa }) => [crm, first, last, phone, email, gpa].join(','));
  const padding = Array.from(
    { length: 12 },
    (_, at) => `pad-${at},Pad,Ding,212-555-01${at + 50},pad${at}@example.edu,1`,
  );
  return `${header}\n${[...padding, ...lines].map((line) => `${line},${filler}`).join('\n')}\n`;
}

async function known(kit: ImportKit, rows: readonly Row[]): Promise<[ImportRecord['counts'], number]> {
  const { counts } = await importFile(kit, fileOf(rows));
  return [counts, read.known];
}

describe('what is known', () => {
  test('the same rows again are known, one that changed is not', async () => {
    const kit = await fresh();
    assert.deepEqual(await known(kit, [ann, bo, cy]), [
      { rows: 15, created: 15, updated: 0, unchanged: 0, skipped: 0 },
      0,
    ]);
    assert.deepEqual(await known(kit, [cy, ann, bo]), [
      { rows: 15, created: 0, updated: 0, unchanged: 15, skipped: 0 },
      15,
    ]);
    assert.deepEqual(await known(kit, [ann, { ...bo, gpa: '3.1' }, cy]), [
      { rows: 15, created: 0, updated: 1, unchanged: 14, skipped: 0 },
      14,
    ]);
    assert.equal((await contactBy(kit, 'B')).gpa, 3.1);
    assert.equal((await known(kit, [ann, { ...bo, gpa: '3.1' }, cy]))[1], 15);
  });

  test('a contact changed by hand is looked at again, and becomes what the file says', async () => {
    const kit = await fresh();
    await known(kit, [ann, bo]);
    await setByHand(kit, 'A', { lastName: 'Other' });
    assert.deepEqual(await known(kit, [ann, bo]), [
      { rows: 14, created: 0, updated: 1, unchanged: 13, skipped: 0 },
      13,
    ]);
    assert.equal((await contactBy(kit, 'A')).lastName, 'Lee');
  });

  test('another policy, another order of columns, and another feed make every row new to look at, once', async () => {
    const kit = await fresh();
    await known(kit, [ann, bo]);
    await useMapping(kit, mappingOf(labels, { gpa: { onBlank: 'clear' } }));
    assert.equal((await known(kit, [ann, bo]))[1], 0);
    assert.equal((await known(kit, [ann, bo]))[1], 14);
    const swapped = fileOf([{ ...ann, first: 'Lee', last: 'Ann' }], 'CRM,Last,First,Phone,Email,GPA,Filler');
    const { counts } = await importFile(kit, swapped);
    assert.deepEqual([read.known, counts.updated], [0, 12]);
  });

  test('a row with an issue is looked at each time, and told each time', async () => {
    const kit = await fresh();
    const bad = { ...bo, email: 'no address' };
    for (const expected of [0, 13]) {
      assert.equal((await known(kit, [ann, bad]))[1], expected);
      assert.deepEqual(await issuesOf(kit), [['invalid-email', 15, 'no address']]);
    }
  });

  test('a known row counts as the first with its CRM ID', async () => {
    const kit = await fresh();
    await known(kit, [ann, bo]);
    const { counts } = await importFile(kit, fileOf([ann, { ...ann, first: 'Anna' }, bo]));
    assert.deepEqual([read.known, counts.updated, counts.skipped], [14, 0, 1]);
    assert.deepEqual(await issuesOf(kit), [['duplicate-unique-id-crmId', 15, 'A']]);
    assert.equal((await contactBy(kit, 'A')).firstName, 'Ann');
  });

  test('a known row behind another one with its CRM ID is the one that is skipped', async () => {
    const kit = await fresh();
    await known(kit, [ann, bo]);
    const { counts } = await importFile(kit, fileOf([{ ...ann, first: 'Anna' }, bo, ann]));
    assert.deepEqual([counts.updated, counts.skipped, counts.unchanged], [1, 1, 13]);
    assert.deepEqual(await issuesOf(kit), [['duplicate-unique-id-crmId', 16, 'A']]);
    assert.equal((await contactBy(kit, 'A')).firstName, 'Anna');
  });

  test('the same row twice in a file is told as always', async () => {
    const kit = await fresh();
    await known(kit, [ann, bo]);
    await importFile(kit, fileOf([ann, bo, ann]));
    assert.deepEqual(await issuesOf(kit), [['duplicate-unique-id-crmId', 16, 'A']]);
  });

  test('a phone that a known contact holds is not given to another row', async () => {
    const kit = await fresh();
    await known(kit, [ann, bo]);
    const { counts } = await importFile(kit, fileOf([{ ...cy, phone: ann.phone }, ann, bo]));
    assert.deepEqual([read.known, counts.skipped, counts.created], [14, 1, 0]);
    assert.deepEqual(await issuesOf(kit), [['duplicate-contact', 14, ann.phone]]);
  });

  test('a rehearsal knows rows and leaves no hash behind', async () => {
    const kit = await fresh();
    await importFile(kit, fileOf([ann, bo]), { dryRun: true });
    await known(kit, [ann]);
    const rehearsed = await importFile(kit, fileOf([{ ...ann, gpa: '2' }, bo]), { dryRun: true });
    assert.deepEqual(
      [rehearsed.counts.created, rehearsed.counts.updated, rehearsed.counts.unchanged, read.known],
      [1, 1, 12, 12],
    );
    assert.equal((await known(kit, [ann, bo]))[1], 13);
  });
});

/** Of the rows of the newest import. */
async function issuesOf(kit: ImportKit): Promise<unknown[][]> {
  const issues = await listIssues(kit.deps.db, kit.institutionId, await newestImport(kit), {}, allOf);
  return issues
    .filter((issue) => issue.scope === 'row' || issue.scope === 'cell')
    .map((issue) => [issue.code, issue.row, issue.value]);
}

const allOf = { after: null, limit: 100_000 };

async function newestImport(kit: ImportKit): Promise<ImportRecord['id']> {
  const [row] = await kit.deps.db.query<{ id: ImportRecord['id'] }>(
    'select id from imports where institution_id = $1 order by queue_number desc limit 1',
    [kit.institutionId],
  );
  if (!row) throw new Error('there is no import');
  return row.id;
}

const cell = <T>(...texts: T[]) => fc.constantFrom(...texts);
const anyRow: fc.Arbitrary<Row> = fc.record({
  crm: cell('A', 'B', 'C', 'D', 'E', 'F', ''),
  first: cell('Ann', 'Bo', 'Zoë', '"Q, R"'),
  last: cell('Lee', 'Ray'),
  phone: cell('', '212-555-0140', '(212) 555-0141', '2125550142', '+12125550143', 'none'),
  email: cell('', 'x@example.edu', 'y@example.edu', 'bad'),
  gpa: cell('', '3.5', '4'),
});
type Step =
  | { kind: 'file'; rows: Row[] }
  /** The file before, some rows left out, some changed, in another order. */
  | { kind: 'again'; left: number; rows: Row[]; reverse: boolean }
  | { kind: 'hand'; crm: string; field: 'firstName' | 'phone'; value: string }
  | { kind: 'policy'; onBlank: 'keep' | 'clear' };
const anyStep: fc.Arbitrary<Step> = fc.oneof(
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('file' as const), rows: fc.array(anyRow, { maxLength: 8 }) }) },
  {
    weight: 4,
    arbitrary: fc.record({
      kind: fc.constant('again' as const),
      left: fc.nat(8),
      rows: fc.array(anyRow, { maxLength: 2 }),
      reverse: fc.boolean(),
    }),
  },
  {
    weight: 2,
    arbitrary: fc.record({
      kind: fc.constant('hand' as const),
      crm: cell('A', 'B', 'C', 'D'),
      field: cell('firstName' as const, 'phone' as const),
      value: cell('212-555-0141', '212-555-0144', ''),
    }),
  },
  {
    weight: 1,
    arbitrary: fc.record({ kind: fc.constant('policy' as const), onBlank: cell('keep' as const, 'clear' as const) }),
  },
);

/** What one sequence of steps comes to. `hashesInMemory`: 0 when no row is ever known. */
async function outcomeOf(steps: readonly Step[], hashesInMemory: number): Promise<{ told: unknown[]; known: number }> {
  const shy = await fresh();
  const kit = { ...shy, deps: { ...shy.deps, hashesInMemory } };
  const forgets = hashesInMemory === 0;
  const { db, folder } = kit.deps;
  const told: unknown[] = [];
  let rows: Row[] = [];
  let seen = 0;
  for (const step of steps) {
    if (step.kind === 'hand') {
      const done = setByHand(kit, step.crm, { [step.field]: step.value });
      told.push(
        await done.then(
          () => 'set',
          (error: Error) => error.message.replace(/[0-9a-f-]{36}/g, 'ID'),
        ),
      );
      continue;
    }
    if (step.kind === 'policy') {
      await useMapping(kit, mappingOf(labels, { gpa: { onBlank: step.onBlank }, email: { onBlank: step.onBlank } }));
      continue;
    }
    rows = step.kind === 'file' ? step.rows : [...rows.filter((_, at) => at !== step.left), ...step.rows];
    if (step.kind === 'again' && step.reverse) rows = rows.toReversed();
    if (forgets) {
      await db.execute('update contacts set row_hash = null where institution_id = $1', [kit.institutionId]);
      await db.execute('delete from row_hash_states where institution_id = $1', [kit.institutionId]);
    }
    const id = await queueFile(kit, fileOf(rows));
    await drain(kit);
    seen += read.known;
    assert.deepEqual(readdirSync(join(folder, 'incoming', kit.institutionId)), [], 'nothing temporary is left');
    const { carried, kept } = await rowHashesOf(kit);
    if (kept !== null) assert.deepEqual(kept, carried, 'the snapshot says what contacts carry');
    snapshots += kept === null ? 0 : 1;
    const record = await importOf(kit, id);
    const issues = await listIssues(db, kit.institutionId, id, {}, allOf);
    const crmOf = new Map((await contactsAs(kit, 'id', 'crmId')).map(([key, crm]) => [key, crm]));
    told.push([record.status, record.reason, record.counts]);
    for (const { code, scope, effect, row, line, label, value, facts } of issues)
      told.push([
        code,
        scope,
        effect,
        row,
        line,
        label,
        value,
        { ...facts, otherContact: crmOf.get(facts.otherContact) },
      ]);
    told.push(
      await contactsAs(kit, 'crmId', 'firstName', 'lastName', 'phone', 'phoneRaw', 'previousPhone', 'email', 'gpa'),
    );
  }
  return { told, known: seen };
}

test('the first file of an institution comes to the same, written straight into the contacts or planned first', async () => {
  const crowded = fc.record({
    crm: cell('A', 'B', 'C', 'D', 'E', 'F', 'G', ''),
    first: cell('Ann', 'Zoë', '"Q, R"', 'back\\slash', ''),
    last: cell('Lee', 'Ray', ''),
    phone: cell('', '212-555-0140', '(212) 555-0140', '212-555-0141', '2125550142', '+12125550143', 'none'),
    email: cell('', 'x@example.edu', 'bad'),
    gpa: cell('', '3.50', '4'),
  });
  const outcome = async (content: string, options: { announcedSize?: number }) => {
    const kit = await fresh({ gpa: { onBlank: 'clear' } });
    const { status, counts, id } = await importFile(kit, content, { writes: options });
    const crmOf = new Map((await contactsAs(kit, 'id', 'crmId')).map(([key, crm]) => [key, crm]));
    const issues = await listIssues(kit.deps.db, kit.institutionId, id, {}, allOf);
    const told = issues
      .filter((issue) => issue.scope === 'row' || issue.scope === 'cell')
      .map(({ code, effect, row, line, label, value, facts }) => {
        const other = facts.otherContact === undefined ? undefined : (crmOf.get(facts.otherContact) ?? 'nobody');
        return [code, effect, row, line, label, value, { ...facts, otherContact: other }];
      });
    const contacts = await contactsAs(
      kit,
      ...([
        'crmId',
        'firstName',
        'lastName',
        'phone',
        'phoneRaw',
        'previousPhone',
        'email',
        'gpa',
        'createdRow',
      ] as const),
    );
    return { status, counts, told, contacts, copied };
  };
  let everCopied = 0;
  await fc.assert(
    fc.asyncProperty(fc.array(crowded, { minLength: 1, maxLength: 14 }), fc.boolean(), async (rows, isHeld) => {
      const large = fileOf(rows);
      const small = large.replaceAll(filler, '');
      const { copied: straight, ...quick } = await outcome(large, isHeld ? { announcedSize: 1 } : {});
      const { copied: none, ...usual } = await outcome(small, isHeld ? { announcedSize: 1 } : {});
      assert.equal(none, 0);
      everCopied += straight;
      assert.deepEqual(quick, usual);
    }),
    { numRuns: Number(process.env.CAUSEWAY_TEST_RUNS ?? 25) },
  );
  assert.ok(everCopied > 0, 'contacts were written straight');
});

test('any sequence of files, edits by hand and policies comes to the same as when every row is looked at', async () => {
  let everKnown = 0;
  const room = fc.constantFrom(1000, 10, 6, 3);
  await fc.assert(
    fc.asyncProperty(fc.array(anyStep, { minLength: 2, maxLength: 7 }), room, async (steps, hashesInMemory) => {
      const remembering = await outcomeOf(steps, hashesInMemory);
      const forgetful = await outcomeOf(steps, 0);
      everKnown += remembering.known;
      assert.equal(forgetful.known, 0);
      assert.deepEqual(remembering.told, forgetful.told);
    }),
    { numRuns: Number(process.env.CAUSEWAY_TEST_RUNS ?? 25) },
  );
  assert.ok(everKnown > 0, 'rows were known on the way');
  assert.ok(snapshots > 0, 'there were snapshots on the way');
  assert.ok(byRanges.files > 0 && byRanges.known > 0, 'some of them lay by ranges on disk');
});

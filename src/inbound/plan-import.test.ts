// The rules of the plan, case by case: what is there before, the file, and what became of each row.

import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import {
  addInstitution,
  contactBy,
  contactsAs,
  type ImportKit,
  importFile,
  mappingOf,
  openImportKit,
  outcomesOf,
  setByHand,
  testLabels,
  useMapping,
} from '../../test/kit/imports.ts';
import { listIssues } from '../store/import-issues.ts';

let shared: ImportKit & AsyncDisposable;
let made = 0;
before(async () => {
  shared = await openImportKit();
});
after(() => shared[Symbol.asyncDispose]());

/** Each case has an institution of its own. */
async function fresh(): Promise<ImportKit> {
  made += 1;
  return addInstitution(shared, `case-${made}`);
}

/** `A 40` is the row of the person A with the phone 212-555-0140; `A -` has none. */
function file(...people: string[]): string {
  const rows = people.map((person) => {
    const [id = '', phone = ''] = person.split(' ');
    return `${id},First,Last,${phone === '-' ? '' : `212-555-01${phone}`}`;
  });
  return `CRM,First,Last,Phone\n${rows.join('\n')}\n`;
}

/** `A 40` per contact, the way `file` takes them. */
async function people(kit: ImportKit): Promise<string[]> {
  const contacts = await contactsAs(kit, 'crmId', 'phone');
  return contacts.map(([id, phone]) => `${id} ${typeof phone === 'string' ? phone.slice(-2) : '-'}`);
}

type Case = {
  rule: string;
  before: string[];
  sent: string[];
  /** `row outcome codes` */
  outcomes: string[];
  after: string[];
};

const taken = 'duplicate-contact';
const again = 'duplicate-unique-id-crmId';

const cases: Case[] = [
  {
    rule: 'the same file again changes nothing',
    before: ['A 40', 'B 41'],
    sent: ['A 40', 'B 41'],
    outcomes: ['2 unchanged', '3 unchanged'],
    after: ['A 40', 'B 41'],
  },
  {
    rule: 'the first row with a CRM ID has it, later ones are skipped',
    before: [],
    sent: ['A 40', 'B 41', 'A 42', 'A 43'],
    outcomes: ['2 created', '3 created', `4 skipped ${again}`, `5 skipped ${again}`],
    after: ['A 40', 'B 41'],
  },
  {
    rule: 'the first row has its CRM ID even when it was skipped itself',
    before: [],
    sent: ['A -', 'A 40'],
    outcomes: ['2 skipped blank-required-data-in-record', `3 skipped ${again}`],
    after: [],
  },
  {
    rule: 'CRM IDs differ by case and leading zeros',
    before: ['a 40'],
    sent: ['A 41', '0A 42'],
    outcomes: ['2 created', '3 created'],
    after: ['0A 42', 'A 41', 'a 40'],
  },
  {
    rule: 'a phone of a contact that the file does not mention is taken',
    before: ['A 40'],
    sent: ['B 40'],
    outcomes: [`2 skipped ${taken}`],
    after: ['A 40'],
  },
  {
    rule: 'a phone of a contact whose row keeps it is taken, wherever that row stands',
    before: ['B 40'],
    sent: ['A 40', 'B 40'],
    outcomes: [`2 skipped ${taken}`, '3 unchanged'],
    after: ['B 40'],
  },
  {
    rule: 'of several rows that take one phone the lowest has it',
    before: [],
    sent: ['A 40', 'B 40', 'C 40'],
    outcomes: ['2 created', `3 skipped ${taken}`, `4 skipped ${taken}`],
    after: ['A 40'],
  },
  {
    rule: 'two contacts swap their phones',
    before: ['A 40', 'B 41'],
    sent: ['A 41', 'B 40'],
    outcomes: ['2 updated', '3 updated'],
    after: ['A 41', 'B 40'],
  },
  {
    rule: 'three contacts pass their phones on in a ring, and a new one takes none of them',
    before: ['A 40', 'B 41', 'C 42'],
    sent: ['A 41', 'B 42', 'C 40', 'D 41'],
    outcomes: ['2 updated', '3 updated', '4 updated', `5 skipped ${taken}`],
    after: ['A 41', 'B 42', 'C 40'],
  },
  {
    rule: 'a new contact takes a phone that its owner gives up in the same file',
    before: ['A 40'],
    sent: ['B 40', 'A 41'],
    outcomes: ['2 created', '3 updated'],
    after: ['A 41', 'B 40'],
  },
  {
    rule: 'a chain falls as a whole when its end cannot move',
    before: ['A 40', 'B 41', 'C 42', 'X 49'],
    sent: ['A 41', 'B 42', 'C 49'],
    outcomes: [`2 skipped ${taken}`, `3 skipped ${taken}`, `4 skipped ${taken}`],
    after: ['A 40', 'B 41', 'C 42', 'X 49'],
  },
  {
    rule: 'a row that was skipped gives nothing up',
    before: ['A 40'],
    sent: ['A 41', 'A 42', 'B 40'],
    outcomes: ['2 updated', `3 skipped ${again}`, '4 created'],
    after: ['A 41', 'B 40'],
  },
  {
    rule: 'who loses a contested phone keeps the old one, also against a lower row',
    before: ['B 41'],
    sent: ['A 40', 'B 40', 'C 41'],
    outcomes: ['2 created', `3 skipped ${taken}`, `4 skipped ${taken}`],
    after: ['A 40', 'B 41'],
  },
];

for (const { rule, before: first, sent, outcomes, after: end } of cases) {
  test(rule, async () => {
    const kit = await fresh();
    if (first.length > 0) await importFile(kit, file(...first));
    const record = await importFile(kit, file(...sent));
    const found = (await outcomesOf(kit, record)).map((outcome) => outcome.join(' ').trim());
    assert.deepEqual([record.status, found, await people(kit)], ['succeeded', outcomes, end]);
    const { rows, created, updated, unchanged, skipped } = record.counts;
    const count = (outcome: string) => outcomes.filter((one) => one.split(' ')[1] === outcome).length;
    assert.deepEqual(
      [rows, created, updated, unchanged, skipped],
      [sent.length, count('created'), count('updated'), count('unchanged'), count('skipped')],
    );
  });
}

async function issuesOf(kit: ImportKit, id: Parameters<typeof listIssues>[2]) {
  return listIssues(kit.deps.db, kit.institutionId, id, {}, { after: null, limit: 100 });
}

test('a taken phone names the contact that has it after the file, by Causeway ID and row', async () => {
  const kit = await fresh();
  await importFile(kit, file('A 40'));
  const record = await importFile(kit, file('B 40', 'C 41', 'D 41'));
  const told = (await issuesOf(kit, record.id))
    .filter((issue) => issue.code === taken)
    .map(({ row, label, value, facts }) => [row, label, value, facts]);
  const [a, c] = [await contactBy(kit, 'A'), await contactBy(kit, 'C')];
  assert.deepEqual(told, [
    [2, 'Phone', '212-555-0140', { otherContact: a.id }],
    [4, 'Phone', '212-555-0141', { otherContact: c.id, otherRow: 3 }],
  ]);
});

test('a rehearsal names no contact that it does not make', async () => {
  const kit = await fresh();
  const record = await importFile(kit, file('C 41', 'D 41'), { dryRun: true });
  const told = (await issuesOf(kit, record.id)).filter((issue) => issue.code === taken).map((issue) => issue.facts);
  assert.deepEqual([record.counts.created, told, await people(kit)], [1, [{ otherRow: 2 }], []]);
});

test('an import does not bring a previous phone back, and updates the rest', async () => {
  const kit = await fresh();
  await importFile(kit, 'CRM,First,Last,Phone\nA,Ann,Lee,212-555-0140\n');
  await setByHand(kit, 'A', { phone: '212-555-0141' });
  const record = await importFile(kit, 'CRM,First,Last,Phone\nA,Anna,Lee,212-555-0140\n');
  assert.deepEqual(await outcomesOf(kit, record), [[2, 'updated', 'contact-out-of-sync']]);
  assert.deepEqual(await contactsAs(kit, 'firstName', 'phone', 'previousPhone'), [
    ['Anna', '+12125550141', '+12125550140'],
  ]);
  const same = await importFile(kit, 'CRM,First,Last,Phone\nA,Anna,Lee,212-555-0140\n');
  assert.deepEqual(await outcomesOf(kit, same), [[2, 'unchanged', 'contact-out-of-sync']]);
});

test('a kept phone stays taken, and is not given up by the row that would have changed it', async () => {
  const kit = await fresh();
  await importFile(kit, file('A 40'));
  await setByHand(kit, 'A', { phone: '212-555-0141' });
  const record = await importFile(kit, file('A 40', 'B 41', 'C 40'));
  assert.deepEqual(await outcomesOf(kit, record), [
    [2, 'unchanged', 'contact-out-of-sync'],
    [3, 'skipped', taken],
    [4, 'created', ''],
  ]);
});

test('setting the previous phone by hand lets imports change it again', async () => {
  const kit = await fresh();
  await importFile(kit, file('A 40'));
  await setByHand(kit, 'A', { phone: '212-555-0141' });
  await setByHand(kit, 'A', { phone: '212-555-0140' });
  assert.equal((await contactBy(kit, 'A')).previousPhone, null);
  await importFile(kit, file('A 41'));
  assert.deepEqual(await people(kit), ['A 41']);
});

test('an opt-out is never taken back by a file', async () => {
  const kit = await fresh();
  const text = (value: string) => `CRM,First,Last,Phone,Opt Out\nA,Ann,Lee,212-555-0140,${value}\n`;
  await importFile(kit, text('no'));
  const out = await importFile(kit, text('yes'));
  const kept = await importFile(kit, text('no'));
  const blank = await importFile(kit, text(''));
  const outcomes = await Promise.all([out, kept, blank].map((record) => outcomesOf(kit, record)));
  assert.deepEqual(outcomes, [[[2, 'updated', '']], [[2, 'unchanged', 'text-opt-out-kept']], [[2, 'unchanged', '']]]);
  await setByHand(kit, 'A', { textOptOut: 'no' });
  assert.equal((await contactBy(kit, 'A')).textOptOut, false);
});

test('values are compared by what they mean', async () => {
  const kit = await fresh();
  const header = 'CRM,First,Last,Phone,Born,GPA,Year\n';
  await importFile(kit, `${header}A,Ann,Lee,212-555-0140,2005-03-04,3.5,2027\n`);
  const same = await importFile(kit, `${header}A,Ann,Lee,+1 (212) 555 0140,3/4/2005,3.50,2027\n`);
  const other = await importFile(kit, `${header}A,Ann,Lee,212-555-0140,2005-03-04,3.51,2027\n`);
  assert.deepEqual(
    [await outcomesOf(kit, same), await outcomesOf(kit, other)],
    [[[2, 'unchanged', '']], [[2, 'updated', '']]],
  );
});

test('a blank keeps, a policy clears', async () => {
  const kit = await fresh();
  const text = (email: string, gpa: string) =>
    `CRM,First,Last,Phone,Email,GPA\nA,Ann,Lee,212-555-0140,${email},${gpa}\n`;
  await useMapping(kit, mappingOf(testLabels, { gpa: { onBlank: 'clear' } }));
  await importFile(kit, text('ann@example.edu', '3.5'));
  const record = await importFile(kit, text('', ''));
  assert.deepEqual(await outcomesOf(kit, record), [[2, 'updated', '']]);
  assert.deepEqual(await contactsAs(kit, 'email', 'gpa'), [['ann@example.edu', null]]);
});

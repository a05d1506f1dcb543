// What becomes of whole files: refused, failed, held, rehearsed, imported.

import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import {
  addInstitution,
  codesOf,
  contactsAs,
  type ImportKit,
  importFile,
  mappingOf,
  openImportKit,
  outboxOf,
  type QueueOptions,
  setFeed,
  useMapping,
} from '../../test/kit/imports.ts';

const short = { CRM: 'crmId', First: 'firstName', Last: 'lastName', Phone: 'phone', Email: 'email' };
const good = 'CRM,First,Last,Phone,Email\nA,Ann,Lee,212-555-0140,ann@example.edu\n';
const receipt = 'contacts.csv.receipt.json';

let shared: ImportKit & AsyncDisposable;
let made = 0;
before(async () => {
  shared = await openImportKit();
});
after(() => shared[Symbol.asyncDispose]());

async function fresh(): Promise<ImportKit> {
  made += 1;
  const kit = await addInstitution(shared, `file-${made}`);
  await useMapping(kit, mappingOf(short));
  return kit;
}

type Case = {
  title: string;
  content: string | Uint8Array;
  options?: QueueOptions;
  enabled?: boolean;
  status: string;
  reason?: string | null;
  hold?: string;
  codes: string[];
  outbox: string[];
};

const whole = { writeSize: 32, writeCount: 3 };
const cases: Case[] = [
  { title: 'a good file succeeds', content: good, status: 'succeeded', codes: [], outbox: [receipt] },
  {
    title: 'a file without a required column fails',
    content: 'CRM,First,Last\nA,Ann,Lee\n',
    status: 'failed',
    reason: 'missing-mapped-column',
    codes: ['missing-mapped-column', 'missing-mapped-column'],
    outbox: [receipt],
  },
  {
    title: 'an empty file fails',
    content: '',
    status: 'failed',
    reason: 'empty-file',
    codes: ['empty-file'],
    outbox: [receipt],
  },
  {
    title: 'a header alone fails',
    content: 'CRM,First,Last,Phone,Email\n',
    status: 'failed',
    reason: 'no-data-rows',
    codes: ['no-data-rows'],
    outbox: [receipt],
  },
  {
    title: 'a record without a header fails',
    content: 'A,Ann,Lee,212-555-0140,ann@example.edu\nB,Bo,Lee,212-555-0141,bo@example.edu\n',
    status: 'failed',
    reason: 'no-header-row',
    codes: ['no-header-row'],
    outbox: [receipt],
  },
  {
    title: 'another type is not tried',
    content: 'hello',
    options: { path: '/notes.txt' },
    status: 'ignored',
    reason: 'unsupported-file-type',
    codes: ['unsupported-file-type'],
    outbox: ['notes.txt.receipt.json'],
  },
  {
    title: 'an archive under the name of a CSV is not tried',
    content: Uint8Array.of(0x1f, 0x8b, 8, 0, 0, 0, 0, 0),
    status: 'ignored',
    reason: 'unsupported-file-type',
    codes: ['unsupported-file-type'],
    outbox: [receipt],
  },
  {
    title: 'a file in another folder is not tried',
    content: good,
    options: { path: '/old/contacts.csv' },
    status: 'ignored',
    reason: 'file-not-in-root',
    codes: ['file-not-in-root'],
    outbox: [receipt],
  },
  {
    title: 'a file for a feed that is off is not tried',
    content: good,
    enabled: false,
    status: 'ignored',
    reason: 'feed-disabled',
    codes: ['feed-disabled'],
    outbox: [receipt],
  },
  {
    title: 'a rehearsal needs no enabled feed',
    content: good,
    options: { path: '/dryrun/contacts.csv', dryRun: true },
    enabled: false,
    status: 'succeeded',
    codes: [],
    outbox: [receipt],
  },
  {
    title: 'an upload has no receipt in the outbox',
    content: good,
    options: { source: 'upload' },
    status: 'succeeded',
    codes: [],
    outbox: [],
  },
  {
    title: 'an open quote holds the file',
    content: `${good}B,Bo,Ray,212-555-0141,"bo@exam`,
    status: 'held',
    hold: 'incomplete',
    codes: ['incomplete-upload', 'malformed-quoting'],
    outbox: [receipt],
  },
  {
    title: 'a short last row holds the file',
    content: `${good}B,Bo,Ra`,
    status: 'held',
    hold: 'incomplete',
    codes: ['incomplete-upload', 'column-count-mismatch', 'blank-required-data-in-record'],
    outbox: [receipt],
  },
  {
    title: 'another size than announced holds the file',
    content: good,
    options: { writes: { announcedSize: 5000 } },
    status: 'held',
    hold: 'incomplete',
    codes: ['incomplete-upload'],
    outbox: [receipt],
  },
  {
    title: 'an end without a line end at a whole number of writes holds the file',
    content: good.trimEnd().padEnd(96, 'x'),
    options: { writes: whole },
    status: 'held',
    hold: 'incomplete',
    codes: ['incomplete-upload'],
    outbox: [receipt],
  },
  {
    title: 'what a broken-off upload left is held when somebody wants it imported',
    content: good,
    options: { how: 'dropped' },
    status: 'held',
    hold: 'incomplete',
    codes: ['incomplete-upload'],
    outbox: [receipt],
  },
  {
    title: 'no final line end alone is normal',
    content: good.trimEnd(),
    status: 'succeeded',
    codes: [],
    outbox: [receipt],
  },
  {
    title: 'a rehearsal is never held',
    content: good,
    options: { dryRun: true, writes: { announcedSize: 5000 } },
    status: 'succeeded',
    codes: ['incomplete-upload'],
    outbox: [receipt],
  },
];

for (const { title, content, options, enabled, status, reason, hold, codes, outbox } of cases)
  test(title, async () => {
    const kit = await fresh();
    if (enabled === false) await setFeed(kit, { enabled: false });
    const record = await importFile(kit, content, options);
    assert.deepEqual([record.status, record.reason, record.hold], [status, reason ?? null, hold ?? null]);
    assert.deepEqual(await codesOf(kit, record), codes);
    assert.deepEqual(await outboxOf(kit, record), outbox);
    const writes = status === 'succeeded' && !options?.dryRun;
    assert.equal((await contactsAs(kit, 'crmId')).length, writes ? 1 : 0);
  });

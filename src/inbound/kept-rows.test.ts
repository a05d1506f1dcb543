// The error file made of rows that were kept while reading, against the one that reading the file again gives.

import assert from 'node:assert/strict';
import { createReadStream } from 'node:fs';
import { test } from 'node:test';
import fc from 'fast-check';
import { directReader, importFile, openImportKit, storedText } from '../../test/kit/imports.ts';
import { errorEffects } from '../domain/issue.ts';
import { newIssue } from '../domain/issues.ts';
import { streamIssues } from '../store/import-issues.ts';
import { getStoredFile } from '../store/stored-files.ts';
import { errorRows } from './error-file.ts';
import { KeptRows, keptRows } from './kept-rows.ts';
import type { ErrorFileJob } from './reading.ts';

const cell = fc.constantFrom('Ann', 'Zoë', '"Lee, Jr."', '"two\nlines"', '', ' ', '=1+1', '"say ""hi"""', '日本');
const phone = fc.constantFrom('2125550142', '2125550143', '12', 'none', '');
const email = fc.constantFrom('ann@college.edu', 'ann@', '');
const row = fc
  .tuple(fc.integer({ min: 1, max: 12 }), cell, cell, phone, email, fc.constantFrom('', '', '', ',more'))
  .map(([id, first, last, number, mail, more]) => `S${id},${first},${last},${number},${mail}${more}`);

test('an error file of kept rows is the one that reading the file again gives', async () => {
  const jobs: ErrorFileJob[] = [];
  const reader: typeof directReader = {
    ...directReader,
    errorRows(job, issues) {
      jobs.push(job);
      return directReader.errorRows(job, issues);
    },
  };
  await using kit = await openImportKit(reader);
  const { db, files } = kit.deps;
  const property = fc.asyncProperty(
    fc.array(row, { minLength: 1, maxLength: 14 }),
    fc.constantFrom('utf8', 'utf16le'),
    async (rows, encoding) => {
      const text = `\ufeffCRM,First,Last,Phone,Email\n${rows.join('\n')}\n`;
      const record = await importFile(kit, Buffer.from(text, encoding as BufferEncoding));
      if (record.errorFileId === null || record.mapping === null) return;
      const stored = await getStoredFile(db, kit.institutionId, record.storedFileId);
      const { path, release } = await files.localPath(kit.institutionId, stored?.key ?? '');
      const issues = streamIssues(db, kit.institutionId, record.id, errorEffects);
      const again: Uint8Array[] = [];
      const job = { mapping: record.mapping, rowsToFix: null };
      for await (const bytes of errorRows(() => createReadStream(path), job, issues)) again.push(bytes);
      await release();
      assert.equal(await storedText(kit, record.errorFileId), Buffer.concat(again).toString());
    },
  );
  await fc.assert(property, { numRuns: 60 });
  // Files whose rows the plan skips were read again, the others were not.
  assert.ok(jobs.some((job) => job.rowsToFix === null));
  assert.ok(jobs.some((job) => job.rowsToFix !== null));
});

const header = { dialect: { delimiter: ',', encoding: 'utf-8' }, header: { labels: ['CRM', 'First'] } } as never;
const bad = [newIssue('invalid-phone', { row: 2 })];

test('kept rows come back as they were, and only those that an error file needs', () => {
  const kept = new KeptRows();
  const cells = ['S1', 'a\nb\r"\u0000\ud800\u2028ü', ''];
  kept.add(2, cells, bad);
  kept.add(3, ['S2', 'no issue'], []);
  kept.add(4, ['S3', 'a notice only'], [newIssue('blank-row', { row: 4 })]);
  kept.add(5, [], bad);
  const taken = kept.take(header);
  assert.equal(taken?.count, 2);
  assert.deepEqual(
    [...keptRows(taken)],
    [
      { row: 2, cells },
      { row: 5, cells: [] },
    ],
  );
});

test('of rows that are too much to keep none are', () => {
  const kept = new KeptRows(100);
  for (let at = 2; at < 9; at++) kept.add(at, ['S1', 'Ann', 'Lee', '12'], bad);
  assert.equal(kept.take(header), null);
});

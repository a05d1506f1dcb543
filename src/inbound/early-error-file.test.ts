// The error file that is made while reading, against the one that reading the file again gives.

import assert from 'node:assert/strict';
import { createReadStream } from 'node:fs';
import { test } from 'node:test';
import fc from 'fast-check';
import { directReader, importFile, openImportKit, storedText } from '../../test/kit/imports.ts';
import { errorEffects } from '../domain/issue.ts';
import { newIssue } from '../domain/issues.ts';
import { streamIssues } from '../store/import-issues.ts';
import { getStoredFile } from '../store/stored-files.ts';
import { EarlyErrorFile } from './early-error-file.ts';
import { errorRows } from './error-file.ts';

const cell = fc.constantFrom('Ann', 'Zoë', '"Lee, Jr."', '"two\nlines"', '', ' ', '=1+1', '"say ""hi"""', '日本');
const phone = fc.constantFrom('2125550142', '2125550143', '12', 'none', '');
const email = fc.constantFrom('ann@college.edu', 'ann@', '');
const row = fc
  .tuple(fc.integer({ min: 1, max: 12 }), cell, cell, phone, email, fc.constantFrom('', '', '', ',more'))
  .map(([id, first, last, number, mail, more]) => `S${id},${first},${last},${number},${mail}${more}`);

test('an error file made while reading is the one that reading the file again gives', async () => {
  let readAgain = 0;
  let made = 0;
  const reader: typeof directReader = {
    ...directReader,
    errorRows(job, issues) {
      readAgain += 1;
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
      const job = { path, mapping: record.mapping };
      for await (const bytes of errorRows(createReadStream(path), job, issues)) again.push(bytes);
      made += 1;
      await release();
      assert.equal(await storedText(kit, record.errorFileId), Buffer.concat(again).toString());
    },
  );
  await fc.assert(property, { numRuns: 60 });
  // Files whose rows the plan skips were read again, the others were not.
  assert.ok(readAgain > 0 && readAgain < made, `${readAgain} of ${made} were read again`);
});

const reading = { dialect: { delimiter: ',', encoding: 'utf-8' }, header: { labels: ['CRM', 'First'] } } as never;
const bad = [newIssue('invalid-phone', { row: 2 })];

test('only rows that have to be corrected are in it, and their reasons are counted', () => {
  const early = new EarlyErrorFile(reading);
  early.add({ row: 2, cells: ['S1', 'a\nb'] }, [...bad, ...bad]);
  early.add({ row: 3, cells: ['S2', 'no issue'] }, []);
  early.add({ row: 4, cells: ['S3', 'a notice'] }, [newIssue('blank-row', { row: 4 })]);
  const taken = early.take();
  assert.equal(taken?.issues, 2);
  assert.match(Buffer.from(taken.bytes).toString(), /^CRM,First,.*\r\nS1,"a\nb",2,invalid-phone,[^\r]*\r\n$/);
});

test('of rows that are too many there is no error file yet', () => {
  const early = new EarlyErrorFile(reading, 100_000);
  for (let at = 2; at < 3000; at++) early.add({ row: at, cells: ['S1', 'Ann'] }, bad);
  assert.equal(early.take(), null);
});

// COPY text: whatever a cell holds, PostgreSQL reads back the same cell.

import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import fc from 'fast-check';
import { type FreshDatabase, freshDatabase } from '../../test/kit/database.ts';
import { customField } from '../domain/fields.ts';
import { newIssue } from '../domain/issues.ts';
import { copyIssues, createStaging } from '../store/import-staging.ts';
import { PartBuffer } from './part-buffer.ts';
import { copyCell, customValue, issueLine } from './staged-text.ts';

let database: FreshDatabase;
before(async () => {
  database = await freshDatabase();
});
after(() => database.close());

test('labels, values and facts survive, whatever text they hold; NUL becomes a sign', async () => {
  const texts = fc.string({ unit: 'binary', maxLength: 30 });
  await database.db.session((session) =>
    fc.assert(
      fc.asyncProperty(fc.array(texts, { minLength: 1, maxLength: 20 }), async (values) => {
        await createStaging(session, [], 0);
        const lines = values.map((value, at) =>
          issueLine({ ...newIssue('invalid-phone', { row: at }), value, facts: { value } }, at),
        );
        await copyIssues(session, Buffer.from(lines.join('')));
        const found = await session.query<{ value: string; facts: { value: string } }>(
          'select value, facts from staged_issues order by ordinal',
        );
        const stored = (text: string) => text.replaceAll('\0', '\ufffd').toWellFormed();
        assert.deepEqual(
          found.map((row) => [row.value, row.facts.value]),
          values.map((value) => [stored(value), stored(value)]),
        );
      }),
      { numRuns: 40 },
    ),
  );
});

test('nothing is told from blank', () => {
  assert.deepEqual([copyCell(undefined), copyCell(null), copyCell(''), copyCell('\\N')], ['\\N', '\\N', '', '\\\\N']);
});

test('custom values keep their types', () => {
  const value = (type: Parameters<typeof customField>[0]['type'], text: string) =>
    customValue(customField({ name: 'X', type, options: [] }), text);
  assert.deepEqual(
    [
      value('number', '3.50'),
      value('boolean', 'true'),
      value('date', '2026-01-31'),
      value('text', '7'),
      value('multi-select', 'a;b'),
      value('text', ''),
    ],
    ['3.50', 'true', '"2026-01-31"', '"7"', '["a","b"]', 'null'],
  );
});

test('lines of any length are gathered whole', () => {
  const lines = ['a'.repeat(700_000), 'é\u2019'.repeat(400_000), '', 'end'];
  const buffer = new PartBuffer();
  for (const line of lines) buffer.add(line);
  assert.deepEqual([buffer.count, buffer.isFull], [4, true]);
  assert.ok(Buffer.from(buffer.take()).equals(Buffer.from(lines.join(''))));
  assert.deepEqual([buffer.count, buffer.isFull, buffer.take().length], [0, false, 0]);
});

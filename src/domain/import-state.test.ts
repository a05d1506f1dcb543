// The word for an import and the sentences beside it.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { holdReasons, importStatuses } from './import.ts';
import { holdEntries, importReasons } from './import-reasons.ts';
import { type ImportFacts, importState } from './import-state.ts';
import { newIssue } from './issues.ts';

const facts: ImportFacts = {
  status: 'succeeded',
  fileName: 'roster.csv',
  dryRun: false,
  reason: null,
  hold: null,
  waitsFor: null,
  counts: { rows: 10, created: 3, updated: 2, unchanged: 5, skipped: 0 },
  issues: {},
};
const skipped = { ...facts.counts, unchanged: 4, skipped: 1 };

const cases: [given: Partial<ImportFacts>, state: string, message: RegExp][] = [
  [{}, 'Imported', /^We imported roster.csv: 10 rows, 3 created, 2 updated and 5 unchanged\.$/],
  [{ issues: { 'unmapped-column': 2, 'blank-row': 1, 'label-normalised': 1 } }, 'Imported', /imported/],
  [{ issues: { 'invalid-email': 1 } }, 'Imported with issues', /See the issues/],
  [{ issues: { 'bad-encoding': 1 } }, 'Imported with issues', /See the issues/],
  [{ counts: skipped, issues: { 'invalid-phone': 1 } }, 'Imported with issues', /1 skipped\. Download the rows to fix/],
  [{ dryRun: true }, 'Rehearsed', /changed nothing/],
  [{ dryRun: true, counts: skipped }, 'Rehearsed with issues', /changed nothing/],
  [
    { status: 'held', hold: 'incomplete' },
    'Held for you',
    /hold it for you: its end seems to be missing\. Send the file again, or approve/,
  ],
  [{ status: 'held', hold: 'of-the-future' }, 'Held for you', /does not know the reason/],
  [
    {
      status: 'ignored',
      reason: 'unsupported-file-type',
      rejecting: newIssue('unsupported-file-type', { facts: { kind: 'xlsx' } }),
    },
    'Not imported',
    /^We received roster.csv but did not import it\. The file is an Excel workbook, not CSV\. Save or export it as CSV/,
  ],
  [{ status: 'ignored', reason: 'feed-disabled' }, 'Not imported', /The feed is off\. Switch the feed on/],
  [{ status: 'ignored', reason: 'superseded' }, 'Not imported', /did not import it: the same file was sent again/],
  [{ status: 'failed', reason: 'empty-file' }, 'Failed', /^We could not import roster.csv\. Empty file\./],
  [{ status: 'failed' }, 'Failed', /^We could not import roster.csv\.$/],
  [{ status: 'discarded' }, 'Not imported', /somebody discarded it/],
  [{ status: 'undone' }, 'Undone', /took it back/],
  [{ status: 'running' }, 'Importing', /imported now/],
  [{ status: 'queued', waitsFor: 'rename' }, 'Waiting', /temporary name/],
  [{ status: 'queued', waitsFor: 'writer' }, 'Waiting', /written again/],
  [{ status: 'queued', waitsFor: 'settle' }, 'Waiting', /in a moment/],
  [{ status: 'queued', waitsFor: 'turn' }, 'Waiting', /its turn/],
];
for (const [given, state, message] of cases)
  test(`${JSON.stringify({ ...given, rejecting: undefined, counts: undefined })} is ${state}`, () => {
    const result = importState({ ...facts, ...given });
    assert.equal(result.state, state);
    assert.match(result.message, message);
  });

test('every status has a word and a whole sentence', () => {
  for (const status of importStatuses) {
    const { state, message } = importState({ ...facts, status });
    assert.match(state, /^[A-Z]/);
    assert.match(message, /^\S.*\.$/);
    assert.doesNotMatch(message, /undefined|null/);
  }
});

test('every reason for a hold has words', () => {
  assert.deepEqual(Object.keys(holdEntries), [...holdReasons]);
});

test('reasons are clauses, remedies are sentences', () => {
  for (const { because, remedy } of [...Object.values(importReasons), ...Object.values(holdEntries)]) {
    assert.match(because, /^(?:[a-z]|Causeway).*[^.]$/);
    assert.match(remedy, /^[A-Z].*\.$/);
  }
});

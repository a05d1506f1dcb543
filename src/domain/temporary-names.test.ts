// Which names wait for a rename, and which paths hold files to import.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { isDryRunPath, isImportablePath, isPredefinedFolder } from './feed-folders.ts';
import { isTemporaryName } from './temporary-names.ts';

test('temporary names are known by their last segment, in any case', () => {
  const temporary = [
    '/roster.csv.filepart',
    '/ROSTER.CSV.FILEPART',
    '/a/b.part',
    '/x.partial',
    '/x.Tmp',
    '/x.uploading',
    '/x.csv~',
    '/.in.roster.csv.',
    '/.hidden.csv',
    '/.fuse_hidden0001',
  ];
  const final = [
    '/roster.csv',
    '/part',
    '/tmp.csv',
    '/a.tmp/roster.csv',
    '/.in/roster.csv',
    '/filepart.csv',
    '/x.tmp.csv',
    '/',
  ];
  assert.deepEqual(
    temporary.filter((name) => !isTemporaryName(name)),
    [],
  );
  assert.deepEqual(
    final.filter((name) => isTemporaryName(name)),
    [],
  );
});

test('a .csv directly in the root or in dryrun/ is one to import, nothing else is', () => {
  const yes = ['/roster.csv', '/ROSTER.CSV', '/dryrun/roster.csv', '/.x/../roster.csv'.replace('/.x/..', '')];
  const no = [
    '/roster.txt',
    '/roster',
    '/csv',
    '/.csv',
    '/roster.csv.tmp',
    '/outbox/x.csv',
    '/done/x.csv',
    '/dryrun/a/x.csv',
    '/dryrun',
  ];
  assert.deepEqual(
    yes.filter((path) => !isImportablePath(path)),
    [],
  );
  assert.deepEqual(
    no.filter((path) => isImportablePath(path)),
    [],
  );
});

test('everything below dryrun/ is a rehearsal, and the predefined folders are three', () => {
  assert.deepEqual(['/dryrun/x', '/dryrun/a/b', '/dryrun', '/dryrun2/x', '/x'].map(isDryRunPath), [
    true,
    true,
    false,
    false,
    false,
  ]);
  assert.deepEqual(['/', '/outbox', '/dryrun', '/outbox/x', '/Outbox'].map(isPredefinedFolder), [
    true,
    true,
    true,
    false,
    false,
  ]);
});

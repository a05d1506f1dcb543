// Where the socket goes when the data folder's path is too long, and what is done when somebody else was there first.
import assert from 'node:assert/strict';
import { chmodSync, existsSync, mkdirSync, mkdtempSync, rmSync, statSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { dataFiles } from './data-files.ts';
import { makeSocketFolder } from './socket-folder.ts';

let folder: string;
before(() => {
  folder = mkdtempSync(join(tmpdir(), 'causeway-socket-'));
});
after(() => rmSync(folder, { recursive: true }));

const long = () => dataFiles(join(folder, 'x'.repeat(100)));

test('a short data folder has its socket inside', () => {
  const files = dataFiles(join(folder, 'data'));
  assert.equal(makeSocketFolder(files, undefined).path, join(files.base, 'run'));
});

test('a long one has the same private folder outside, each time', () => {
  const first = makeSocketFolder(long(), undefined);
  assert.equal(makeSocketFolder(long(), undefined).path, first.path);
  assert.equal(statSync(first.path).mode & 0o777, 0o700);
  assert.ok(Buffer.byteLength(join(first.path, '.s.PGSQL.5432')) <= 103);
  first.remove();
  assert.ok(!existsSync(first.path));
});

const traps: [string, (path: string) => void][] = [
  ['is open to others', (path) => chmodSync(path, 0o777)],
  [
    'is a file',
    (path) => {
      rmSync(path, { recursive: true });
      writeFileSync(path, '');
    },
  ],
  [
    'leads somewhere else',
    (path) => {
      rmSync(path, { recursive: true });
      mkdirSync(join(folder, 'elsewhere'), { recursive: true, mode: 0o700 });
      symlinkSync(join(folder, 'elsewhere'), path);
    },
  ],
];
for (const [title, set] of traps) {
  test(`a folder of that name that ${title} is not used`, () => {
    const usual = makeSocketFolder(long(), undefined).path;
    set(usual);
    const other = makeSocketFolder(long(), undefined);
    assert.notEqual(other.path, usual);
    assert.equal(statSync(other.path).mode & 0o777, 0o700);
    other.remove();
    rmSync(usual, { recursive: true });
  });
}

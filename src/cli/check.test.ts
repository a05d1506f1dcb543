// `causeway check` as a person or a script uses it: words, exit codes, JSON lines, tables.

import assert from 'node:assert/strict';
import { lstat, mkdtemp, readdir, readFile, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Writable } from 'node:stream';
import { after, before, test } from 'node:test';
import { runCheck } from './check.ts';

let folder = '';
before(async () => {
  folder = await mkdtemp(join(tmpdir(), 'causeway-check-'));
});
after(() => rm(folder, { recursive: true, force: true }));

function sink(): { stream: Writable; text: () => string } {
  const pieces: string[] = [];
  const stream = new Writable({
    highWaterMark: 1024,
    write(chunk, _encoding, done) {
      pieces.push(String(chunk));
      setImmediate(done);
    },
  });
  return { stream, text: () => pieces.join('') };
}

async function run(...argv: string[]) {
  const out = sink();
  const err = sink();
  const exit = await runCheck(argv, { stdout: out.stream, stderr: err.stream });
  for (const { stream } of [out, err]) await new Promise<void>((done) => stream.end(done));
  return { exit, out: out.text(), err: err.text() };
}

async function file(name: string, content: string | Uint8Array): Promise<string> {
  const path = join(folder, name);
  await writeFile(path, content);
  return path;
}

const header = 'Student ID,First Name,Last Name,Phone\r\n';
const good = `${header}0012,Ann,Lee,212-555-0143\r\n`;

test('one JSON line a file, with the members of the contract and the file', async () => {
  const a = await file('a.csv', good);
  const b = await file('b.csv', `${good}13,Bob,Day,555\r\n`);
  const { exit, out } = await run('--json', a, b);
  const lines = out
    .trimEnd()
    .split('\n')
    .map((line) => JSON.parse(line));
  assert.equal(exit, 0);
  assert.deepEqual(
    lines.map((line) => line.file),
    [a, b],
  );
  assert.deepEqual(
    lines.map((line) => line.counts),
    [
      { rows: 1, accepted: 1, skipped: 0 },
      { rows: 2, accepted: 1, skipped: 1 },
    ],
  );
  const { dialect, labels, mapping, issues } = lines[1];
  assert.deepEqual(dialect, { encoding: 'utf-8', delimiter: ',', quote: null, lineEnd: 'crlf', headerRow: 1 });
  assert.deepEqual(labels, ['Student ID', 'First Name', 'Last Name', 'Phone']);
  assert.deepEqual(mapping, {
    'Student ID': 'crmId',
    'First Name': 'firstName',
    'Last Name': 'lastName',
    Phone: 'phone',
  });
  assert.equal(issues.length, 1);
  const { message, ...rest } = issues[0];
  assert.deepEqual(rest, {
    code: 'invalid-phone',
    scope: 'cell',
    effect: 'row-skipped',
    row: 3,
    label: 'Phone',
    value: '555',
  });
  assert.match(message, /^Row 3: /);
});

test('a file that cannot be imported gives exit code 1, and the others are read all the same', async () => {
  const bad = await file('bad.csv', 'Student ID\r\n1\r\n');
  const { exit, out } = await run('--json', bad, await file('good.csv', good));
  assert.equal(exit, 1);
  assert.deepEqual(
    out
      .trimEnd()
      .split('\n')
      .map((line) => JSON.parse(line).counts.accepted),
    [0, 1],
  );
});

test('a file that would be held gives exit code 0', async () => {
  const path = await file('cut.csv', `${header}1,A,L,2125550143\r\n2,B,M,9175550100\r\n3,C`);
  const { exit, out } = await run('--json', path);
  assert.equal(exit, 0);
  assert.ok(JSON.parse(out).issues.some((issue: { effect: string }) => issue.effect === 'file-held'));
});

test('a report for people has headline, mapping with reasons, issues with examples and what to do', async () => {
  const rows = Array.from({ length: 5 }, (_, i) => `${i},A,L,555\r\n`).join('');
  const { out } = await run(await file('people.csv', header + rows));
  assert.match(out, /people\.csv: 5 rows: 0 accepted, 5 skipped/);
  assert.match(out, /“Student ID” → CRM ID {2}\(“Student ID” is a usual label for CRM ID\)/);
  assert.match(out, /5 × Not a phone number \(invalid-phone\): rows skipped/);
  assert.match(out, /… and 2 more\n {4}→ Correct the number/);
});

test('--rows writes the table as it was read, decoded and with blanks left out', async () => {
  const text =
    '\ufeffRoster\r\n\r\nStudent ID; First Name ;;Last Name;Phone\r\n1;"Zo\u00eb; A";;Lee;2125550143\r\n2;B\r\n;;;;\r\n3;C;;D;E;F\r\n';
  const target = join(folder, 'table.csv');
  const { exit } = await run('--json', '--rows', target, await file('rows.csv', Buffer.from(text, 'utf16le')));
  assert.equal(exit, 0);
  const expected = 'Student ID, First Name ,Last Name,Phone\r\n1,Zoë; A,Lee,2125550143\r\n2,B,,\r\n3,C,D,E,F\r\n';
  assert.equal(await readFile(target, 'utf8'), expected);
});

test('--rows-dir writes one table a file, under its own name, and leaves nothing else', async () => {
  const target = join(folder, 'tables');
  const { exit } = await run('--json', '--rows-dir', target, await file('x.csv', good), await file('y.csv', good));
  assert.equal(exit, 0);
  assert.deepEqual((await readdir(target)).toSorted(), ['x.csv', 'y.csv']);
});

test('--mapping takes a plain object or a whole mapping', async () => {
  const path = await file('m.csv', 'k,f,l,a,n,t\n1,A,L,212,5550143,M\n');
  const plain = await file('plain.json', '{"k":"crmId","f":"firstName","l":"lastName","n":"phone","t":"custom.shirt"}');
  const first = JSON.parse((await run('--json', '--mapping', plain, path)).out);
  assert.deepEqual(first.issueCounts, { 'unmapped-column': 1, 'invalid-phone': 1 });
  assert.equal(first.mapping.t, 'custom.shirt');
  const columns = [
    ...['crmId=k', 'firstName=f', 'lastName=l'].map((pair) => ({
      field: pair.split('=')[0],
      labels: [pair.split('=')[1]],
      required: true,
    })),
    { field: 'phone', labels: ['a', 'n'], combine: 'join' },
  ];
  const whole = await file('whole.json', JSON.stringify({ columns }));
  const second = JSON.parse((await run('--json', '--mapping', whole, path)).out);
  assert.deepEqual([second.counts.accepted, second.mapping.a], [1, 'phone']);
});

test('--country decides how phones and dates are read', async () => {
  const path = await file('gb.csv', 'Student ID,First Name,Last Name,Phone,DOB\n1,A,L,07911 123456,31/3/2005\n');
  assert.equal(JSON.parse((await run('--json', path)).out).counts.accepted, 0);
  assert.deepEqual(JSON.parse((await run('--json', '--country', 'gb', path)).out).issues, []);
});

test('twenty thousand issues come out whole through a slow reader', async () => {
  const rows = Array.from({ length: 20_000 }, (_, i) => `${i},A,L,555\r\n`).join('');
  const { out } = await run('--json', await file('many.csv', header + rows));
  const { issues, counts, issueCounts } = JSON.parse(out);
  assert.deepEqual([issues.length, counts.skipped, issueCounts['invalid-phone']], [20_000, 20_000, 20_000]);
});

const wrong: [title: string, argv: (path: string) => string[], said: RegExp][] = [
  ['no file', () => [], /No file was given/],
  ['a file that is not there', () => ['nowhere.csv'], /There is no file nowhere\.csv/],
  ['a folder', () => [folder], /is not a file/],
  ['an unknown option', (path) => ['--foo', path], /Unknown option '--foo'/],
  [
    'an unknown preset',
    (path) => ['--preset', 'foo', path],
    /no preset foo[\s\S]*slate, banner, workday, peoplesoft, oneroster/,
  ],
  ['an unknown country', (path) => ['--country', 'XX', path], /no country XX/],
  ['one table for two files', (path) => ['--rows', 'x', path, path], /several files/],
  ['two places for tables', (path) => ['--rows', 'x', '--rows-dir', 'y', path], /both say where/],
  ['two tables of one name', (path) => ['--rows-dir', join(folder, 'out'), path, path], /Two tables would be called/],
  ['an input as output', (path) => ['--rows', path, path], /would overwrite an input/],
  ['the folder of the input for tables', (path) => ['--rows-dir', folder, path], /would overwrite an input/],
  ['two mappings', (path) => ['--preset', 'slate', '--mapping', path, path], /both say how/],
  ['a mapping that is no JSON', (path) => ['--mapping', path, path], /is not JSON/],
];
for (const [title, argv, said] of wrong)
  test(`${title} is refused before anything is read`, async () => {
    const path = await file('one.csv', good);
    const { exit, out, err } = await run(...argv(path));
    assert.deepEqual([exit, out], [2, '']);
    assert.match(err, said);
    const json = await run('--json', ...argv(path));
    assert.deepEqual([json.exit, json.err], [2, '']);
    assert.deepEqual(Object.keys(JSON.parse(json.out)), ['error']);
    assert.equal(await readFile(path, 'utf8'), good);
  });

const mappings: [content: string, said: RegExp][] = [
  ['[]', /should hold an object/],
  ['{"a": 1}', /field of “a” should be a text/],
  ['{"a": "phone", "b": "phone"}', /both fill phone/],
  ['{"a": "fone"}', /no field fone/],
  ['{"columns": [{"field": "phone"}]}', /columns\.0\.labels/],
];
for (const [content, said] of mappings)
  test(`the mapping ${content} is refused with the reason`, async () => {
    const mapping = await file('mapping.json', content);
    const { exit, err } = await run('--mapping', mapping, await file('one.csv', good));
    assert.equal(exit, 2);
    assert.match(err, said);
  });

test('a table that cannot be written is told and gives exit code 1', async () => {
  const target = join(folder, 'missing', 'table.csv');
  const { exit, out } = await run('--json', '--rows', target, await file('one.csv', good));
  assert.equal(exit, 1);
  assert.equal(JSON.parse(out).error.code, 'disk-error');
});

test('--help says the words and ends with 0', async () => {
  const { exit, out } = await run('--help');
  assert.equal(exit, 0);
  assert.match(out, /Usage: causeway check/);
});

test('--rows writes through a link and leaves the link in place', async () => {
  const path = await file('linked.csv', good);
  const real = await file('real-table.csv', 'older');
  const link = join(folder, 'link-to-table.csv');
  await symlink(real, link);
  assert.equal((await run('--rows', link, path)).exit, 0);
  assert.ok((await lstat(link)).isSymbolicLink());
  assert.equal(await readFile(real, 'utf8'), good);
});

// Loads of connections on a real database: what becomes of rows, what is told, and what a second load changes.

import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { after, before, beforeEach, describe, test } from 'node:test';
import { AppError } from '../../src/domain/errors.ts';
import { longestLine } from '../../src/outbound/ndjson-lines.ts';
import { listAuditEvents } from '../../src/store/audit.ts';
import { getConnectionLoad, listConnectionLoads } from '../../src/store/connection-loads.ts';
import { getConnection, listConnections } from '../../src/store/connections.ts';
import { makeInstitution } from '../kit/accounts.ts';
import {
  batchesOf,
  type ConnectionKit,
  connectionsOf,
  countsOf,
  load,
  ndjson,
  offerMajors,
  openConnectionKit,
  problemsOf,
  row,
} from '../kit/connections.ts';

let opened: Awaited<ReturnType<typeof openConnectionKit>>;
let kit: ConnectionKit;
let serial = 0;

before(async () => {
  opened = await openConnectionKit();
});
after(() => opened[Symbol.asyncDispose]());
beforeEach(async () => {
  const { id } = await makeInstitution(opened.deps, `college-${++serial}`);
  kit = { deps: opened.deps, institutionId: id };
});

const idsOf = async () => (await connectionsOf(kit)).map((one) => one.externalId);

describe('NDJSON', () => {
  test('every column arrives as it should', async () => {
    const all = {
      externalId: 'C-1',
      connectedAt: '2026-03-01T10:00:00-05:00',
      studentId: '0042',
      firstName: 'Ada',
      lastName: 'O’Byrne "Ada" \\ Lee',
      gender: 'F',
      raceEthnicity: 'White, Asian',
      dateOfBirth: '2008-03-04',
      graduationYear: 2027,
      gpa: 3.85,
      school: 'Lakeside High',
      email: 'ada@example.edu',
      phone: '(212) 555-0143',
      street: '1 Main St\nApt 4',
      city: 'Troy',
      state: 'NY',
      postalCode: '01218',
      country: 'US',
      majors: ['Biology', 'The "new" \\ arts, {and} more'],
    };
    assert.equal(countsOf(await load(kit, ndjson([all]))), '1 0 0 0');
    const [found] = await connectionsOf(kit);
    const { id, createdAt, updatedAt, delivered, leftOut, ...values } = found ?? assert.fail();
    assert.deepEqual(values, {
      ...all,
      connectedAt: '2026-03-01T15:00:00Z',
      phone: '+12125550143',
      street: '1 Main St Apt 4',
    });
    assert.deepEqual([delivered, leftOut], [false, false]);
  });

  test('bad lines are counted with their numbers and stop nothing', async () => {
    const lines = [
      row('C-1'),
      '',
      '{"externalId":"C-2"',
      '[1]',
      '"text"',
      'null',
      row('', { lastName: 'Nobody' }),
      row('C-3', { email: undefined }),
      row('C-4', { connectedAt: 'soon' }),
      '['.repeat(100_000),
      JSON.stringify({ ...row('C-5'), notes: 'x'.repeat(longestLine) }),
      row('C-6'),
    ];
    const done = await load(kit, ndjson(lines));
    assert.equal(countsOf(done), '2 0 0 9');
    assert.deepEqual(problemsOf(done), [
      '3 null malformed-json row-rejected null',
      '4 null malformed-json row-rejected null',
      '5 null malformed-json row-rejected null',
      '6 null malformed-json row-rejected null',
      '7 null blank-required-data-in-record row-rejected externalId',
      '8 C-3 no-contact-method row-rejected null',
      '9 C-4 invalid-date row-rejected connectedAt',
      '10 null malformed-json row-rejected null',
      '11 null row-too-large row-rejected null',
    ]);
    assert.deepEqual(await idsOf(), ['C-1', 'C-6']);
  });

  test('ids that are numbers too large for a double stay apart', async () => {
    const line = (id: string) => `{"externalId":${id},"connectedAt":"2026-03-01","email":"a@example.edu","gpa":3.5}`;
    assert.equal(
      countsOf(await load(kit, ndjson([line('12345678901234567890'), line('12345678901234567891')]))),
      '2 0 0 0',
    );
    assert.deepEqual(await idsOf(), ['12345678901234567890', '12345678901234567891']);
  });

  test('unknown keys are told once, and names of columns may be written otherwise', async () => {
    const one = { external_id: 'C-1', Connected_At: '2026-03-01', 'e-mail': 'a@example.edu', note: 'x' };
    const two = { connectionId: 'C-2', connectedAt: '2026-03-01', email: 'b@example.edu', note: 'y', __proto__x: 1 };
    const done = await load(kit, ndjson([one, two, { ...two, connectionId: 'C-3' }]));
    assert.equal(countsOf(done), '3 0 0 0');
    assert.deepEqual(problemsOf(done), [
      '1 null unknown-column notice note',
      '2 null unknown-column notice __proto__x',
    ]);
  });

  test('keys that are new on every line cannot fill the memory or the list', async () => {
    const rows = Array.from({ length: 200 }, (_, n) => ({ ...row(`C-${n}`), [`key ${n}`]: n }));
    const done = await load(kit, ndjson(rows));
    assert.deepEqual([countsOf(done), done.notices], ['200 0 0 0', 50]);
  });

  test('an empty load is a load of nothing', async () => {
    assert.equal(countsOf(await load(kit, '')), '0 0 0 0');
    assert.equal(countsOf(await load(kit, '\n \n')), '0 0 0 0');
  });
});

describe('CSV', () => {
  const header = 'Connection ID,Connected At,First Name,Email,Majors\r\n';

  test('labels are compared leniently, rows are numbered as a spreadsheet shows them', async () => {
    const text = `${header}C-1,3/1/2026,Ada,ada@example.edu,Biology;Art\r\n\r\nC-2,2026-03-01,Bo,bo(at)example.edu,\r\n"C-3",2026-03-02,"Cy\nLee",cy@example.edu,\r\n`;
    const done = await load(kit, text);
    assert.deepEqual([done.format, countsOf(done)], ['csv', '2 0 0 1']);
    assert.deepEqual(problemsOf(done), ['4 C-2 no-contact-method row-rejected null']);
    const found = await connectionsOf(kit);
    assert.deepEqual(
      found.map((one) => [one.externalId, one.connectedAt, one.firstName, one.majors]),
      [
        ['C-1', '2026-03-01', 'Ada', ['Biology', 'Art']],
        ['C-3', '2026-03-02', 'Cy Lee', []],
      ],
    );
  });

  test('rows that are not sound are refused; a short one is read', async () => {
    const text = `${header}C-1,2026-03-01,Ada,ada@example.edu,Art,more\r\nC-2,2026-03-01,Bo,bo@example.edu\r\nC-3,2026-03-01,"Cy"x,cy@example.edu,\r\nC-4,2026-03-01,${'x'.repeat(longestLine)},d@example.edu,\r\nC-5,2026-03-01,Ed,ed@example.edu,\r\n`;
    const done = await load(kit, text);
    assert.equal(countsOf(done), '2 0 0 3');
    assert.deepEqual(problemsOf(done), [
      '2 null column-count-mismatch row-rejected null',
      '3 C-2 column-count-mismatch notice null',
      '4 null malformed-quoting row-rejected null',
      '5 null row-too-large row-rejected null',
    ]);
  });

  test('a last row that breaks off is refused; without it the file is loaded', async () => {
    const done = await load(kit, `${header}C-1,2026-03-01,Ada,ada@example.edu,Art\r\nC-2,2026-03-01,Bo,bo@example.ed`);
    assert.equal(countsOf(done), '1 0 0 1');
    assert.deepEqual(problemsOf(done), ['3 null row-broken-off row-rejected null']);
  });

  test('other delimiters, UTF-16 and titles above the header are read and told', async () => {
    const text = 'Our connections\r\nexternalId;connectedAt;email;lastName\r\nC-1;2026-03-01;a@example.edu;Müller\r\n';
    const bytes = Buffer.from(`\ufeff${text}`, 'utf16le');
    const done = await load(
      kit,
      (async function* () {
        yield bytes;
      })(),
    );
    assert.equal(countsOf(done), '1 0 0 0');
    assert.deepEqual(done.problems.map((one) => one.code).sort(), ['delimiter-not-comma', 'preamble-skipped']);
    assert.equal((await connectionsOf(kit))[0]?.lastName, 'Müller');
  });

  test('a header alone is a load of nothing', async () => {
    assert.equal(countsOf(await load(kit, header)), '0 0 0 0');
  });

  const refused: [what: string, bytes: Buffer, code: string][] = [
    ['no column for the day', Buffer.from('externalId,email\r\nC-1,a@example.edu\r\n'), 'missing-columns'],
    ['no header at all', Buffer.from('C-1,2026-03-01,a@example.edu\r\n'), 'missing-columns'],
    ['two columns for the phone', Buffer.from('externalId,connectedAt,Phone,phone\r\n'), 'duplicate-columns'],
    ['an Excel workbook', Buffer.from('504b0304140006000800', 'hex'), 'unsupported-file-type'],
    ['a PDF', Buffer.from('%PDF-1.7\n'), 'unsupported-file-type'],
    ['a gzip file', Buffer.from('1f8b0800000000000003', 'hex'), 'unsupported-file-type'],
  ];
  for (const [what, bytes, code] of refused)
    test(`${what}: the whole file is refused with ${code}, and nothing is kept`, async () => {
      const source = (async function* () {
        yield bytes;
      })();
      const error = await load(kit, source).catch((thrown: unknown) => thrown);
      assert.ok(error instanceof AppError && error.detail.startsWith('Nothing was loaded.'));
      assert.equal(error.code, code);
      assert.deepEqual(await listConnectionLoads(kit.deps.db, kit.institutionId, { before: null, limit: 5 }), []);
    });
});

describe('a second load', () => {
  test('of the same bytes changes nothing, takes no batch, and leaves times alone', async () => {
    const text = ndjson([
      row('C-1'),
      row('C-2', { gpa: 3.5, majors: ['Art'] }),
      row('C-2', { gpa: 4 }),
      row('bad', { connectedAt: '' }),
    ]);
    const first = await load(kit, text);
    assert.deepEqual([countsOf(first), first.batch], ['2 1 0 1', 1]);
    const stored = await connectionsOf(kit);
    kit.deps.pass(60_000);
    const second = await load(kit, text);
    assert.deepEqual([countsOf(second), second.batch], ['0 0 3 1', null]);
    assert.deepEqual(await connectionsOf(kit), stored);
    assert.deepEqual(await batchesOf(kit), { 'C-1': 1, 'C-2': 1 });
  });

  test('gives its batch to what it changes, and to nothing else', async () => {
    await load(kit, ndjson([row('C-1'), row('C-2', { phone: '212-555-0143' }), row('C-3')]));
    kit.deps.pass(60_000);
    const second = await load(kit, ndjson([row('C-1'), row('C-2', { phone: null, lastName: 'Lee' }), row('C-4')]));
    assert.deepEqual([countsOf(second), second.batch], ['1 1 1 0', 2]);
    assert.deepEqual(await batchesOf(kit), { 'C-1': 1, 'C-2': 2, 'C-3': 1, 'C-4': 2 });
    const found = await connectionsOf(kit);
    // What a row leaves out is blank: a row is the whole record.
    assert.deepEqual([found[1]?.phone, found[1]?.lastName], [null, 'Lee']);
    assert.deepEqual(
      found.map((one) => one.updatedAt > one.createdAt),
      [false, true, false, false],
    );
  });

  test('notices a change of every single column', async () => {
    const whole = { ...row('C-1'), phone: '212-555-0143', majors: ['Art'] };
    await load(kit, ndjson([whole]));
    const others = {
      connectedAt: '2026-03-02',
      studentId: 'S',
      firstName: 'Bo',
      lastName: 'Lee',
      gender: 'F',
      raceEthnicity: 'Asian',
      dateOfBirth: '2008-03-04',
      graduationYear: 2027,
      gpa: 3,
      school: 'X',
      email: 'b@example.edu',
      phone: '212-555-0144',
      street: '1 St',
      city: 'Troy',
      state: 'NY',
      postalCode: '12180',
      country: 'US',
      majors: ['Art', 'Law'],
    };
    let now: Record<string, unknown> = whole;
    for (const [name, value] of Object.entries(others)) {
      now = { ...now, [name]: value };
      assert.equal(countsOf(await load(kit, ndjson([now]))), '0 1 0 0', name);
      assert.equal(countsOf(await load(kit, ndjson([now]))), '0 0 1 0', name);
    }
  });

  test('does not call 3.5 and 3.50 two numbers, nor two ids one that differ by case', async () => {
    await load(kit, ndjson([row('c-1', { gpa: '3.5' })]));
    assert.equal(countsOf(await load(kit, ndjson([row('c-1', { gpa: '3.50' }), row('C-1')]))), '1 0 1 0');
  });
});

test('of rows with one id the last one wins; the others count by what they differ in', async () => {
  await load(kit, ndjson([row('old'), row('same')]));
  const done = await load(
    kit,
    ndjson([
      row('new', { lastName: 'A' }),
      row('old', { lastName: 'X' }),
      row('same', { lastName: 'B' }),
      row('new'),
      row('old', { lastName: 'Y' }),
      row('new'),
      row('same'),
    ]),
  );
  // new: created once, one like the last one, one other. old: updated twice. same: ends as it was, so nothing happened to it.
  assert.equal(countsOf(done), '1 3 3 0');
  assert.deepEqual(
    (await connectionsOf(kit)).map((one) => [one.externalId, one.lastName]),
    [
      ['new', null],
      ['old', 'Y'],
      ['same', null],
    ],
  );
  assert.deepEqual(await batchesOf(kit), { new: 2, old: 2, same: 1 });
});

test('the sample is loaded as samples/README.md says', async () => {
  const sample = await readFile(join(import.meta.dirname, '../../samples/connections.csv'), 'utf8');
  const done = await load(kit, sample);
  assert.equal(countsOf(done), '27 0 0 3');
  assert.deepEqual(problemsOf(done), [
    '5 CX-1004 invalid-phone cell-dropped phone',
    '9 CX-1008 no-contact-method row-rejected null',
    '13 CX-1012 invalid-date row-rejected connectedAt',
    '16 CX-1015 invalid-number cell-dropped gpa',
    '20 CX-1019 too-many-majors notice majors',
    '23 CX-1022 invalid-date cell-dropped dateOfBirth',
    '31 null blank-required-data-in-record row-rejected externalId',
  ]);
  assert.equal(countsOf(await load(kit, sample)), '0 0 27 3');
});

test('majors that are not offered stay in the record and are told', async () => {
  await offerMajors(kit, 'Biology', 'Computer Science');
  const done = await load(kit, ndjson([row('C-1', { majors: 'biology;Basket Weaving' })]));
  assert.deepEqual(problemsOf(done), ['1 C-1 major-not-offered notice majors']);
  assert.deepEqual(done.problems[0]?.facts, { majors: ['Basket Weaving'] });
  const flood = Array.from({ length: 1_200 }, (_, n) => row(`C-${n + 2}`, { majors: `Weaving ${n};Law` }));
  const told = await load(kit, ndjson(flood));
  assert.deepEqual([told.notices, told.problems.length, told.rejected], [1_200, 1_000, 0]);
  assert.deepEqual((await connectionsOf(kit))[0]?.majors, ['Biology', 'Basket Weaving']);
});

test('a load is recorded with its counts, the first problems and who did it; refusals come before notices', async () => {
  const rows = [
    ...Array.from({ length: 1_200 }, (_, n) => row(`N-${n}`, { phone: '1' })),
    ...Array.from({ length: 30 }, (_, n) => row(`R-${n}`, { connectedAt: '' })),
  ];
  const done = await load(kit, ndjson(rows));
  const kept = await getConnectionLoad(kit.deps.db, kit.institutionId, done.id);
  assert.deepEqual(kept, done);
  assert.deepEqual([countsOf(done), done.notices, done.problems.length], ['1200 0 0 30', 1_200, 1_000]);
  assert.equal(done.problems.filter((one) => one.effect === 'row-rejected').length, 30);
  assert.deepEqual(
    done.problems.map((one) => one.row),
    done.problems.map((one) => one.row).sort((a, b) => a - b),
  );
  const [event] = await listAuditEvents(kit.deps.db, kit.institutionId, { before: null, limit: 1 });
  assert.deepEqual(
    [event?.action, event?.subject, event?.facts],
    ['connections.loaded', done.id, { format: 'ndjson', created: 1_200, updated: 0, unchanged: 0, rejected: 30 }],
  );
});

test('a source that breaks off leaves nothing: no connection, no load, no batch, no event', async () => {
  async function* broken(rows: number): AsyncGenerator<Uint8Array> {
    for (let n = 0; n < rows; n++) yield Buffer.from(ndjson([row(`C-${n}`, { school: 'x'.repeat(250) })]));
    throw new Error('the link was lost');
  }
  const events = await listAuditEvents(kit.deps.db, kit.institutionId, { before: null, limit: 100 });
  // Before a part of a load has reached the database, and after several have.
  for (const rows of [3, 20_000]) await assert.rejects(load(kit, broken(rows)), /the link was lost/);
  assert.deepEqual(await idsOf(), []);
  assert.deepEqual(await listConnectionLoads(kit.deps.db, kit.institutionId, { before: null, limit: 5 }), []);
  assert.deepEqual(await listAuditEvents(kit.deps.db, kit.institutionId, { before: null, limit: 100 }), events);
  assert.equal((await load(kit, ndjson([row('C-1')]))).batch, 1);
});

test('institutions with the same ids do not touch each other', async () => {
  const { id } = await makeInstitution(kit.deps, `other-${serial}`);
  const other = { deps: kit.deps, institutionId: id };
  await load(kit, ndjson([row('C-1', { lastName: 'Ours' })]));
  assert.equal(countsOf(await load(other, ndjson([row('C-1', { lastName: 'Theirs' })]))), '1 0 0 0');
  const [ours] = await connectionsOf(kit);
  const [theirs] = await connectionsOf(other);
  assert.deepEqual([ours?.lastName, theirs?.lastName], ['Ours', 'Theirs']);
  assert.equal(await getConnection(kit.deps.db, other.institutionId, (ours ?? assert.fail()).id), null);
});

test('what the first window left out for its date was not delivered, until its sender changes it', async () => {
  const { deps, institutionId } = kit;
  const days = { old: '2026-01-10', young: '2026-03-10' };
  await load(kit, ndjson([row('C-1', { connectedAt: days.old }), row('C-2', { connectedAt: days.young })]));
  await deps.db.execute(
    `insert into watermarks (institution_id, dataset, position, windows, files, first_to, first_since, moved_at)
     values ($1, 'connections', 2, 2, 1, 1, '2026-02-01T05:00:00Z', now())`,
    [institutionId],
  );
  const told = async () => {
    const list = await listConnections(deps.db, institutionId, {}, { before: null, limit: 10 });
    return list.map((one) => [one.externalId, one.delivered, one.leftOut]).sort();
  };
  assert.deepEqual(await told(), [
    ['C-1', false, true],
    ['C-2', true, false],
  ]);
  await deps.db.execute('update dataset_positions set last_batch = 2 where institution_id = $1', [institutionId]);
  await load(kit, ndjson([row('C-1', { connectedAt: days.old, lastName: 'Changed' })]));
  assert.deepEqual((await told())[0], ['C-1', false, false]);
});

test('the list is searched, filtered by delivery, and paged newest first', async () => {
  const { deps, institutionId } = kit;
  await load(kit, ndjson([row('C-1', { lastName: '100%' }), row('C-2', { studentId: 'S-77' })]));
  await deps.db.execute(
    `insert into watermarks (institution_id, dataset, position, windows, files, first_to, moved_at) values ($1, 'connections', 1, 1, 1, 1, now()),
       ($1, 'contacts', 9, 1, 1, 9, now())`,
    [institutionId],
  );
  await load(kit, ndjson([row('C-1', { lastName: 'Changed%' }), row('C-3')]));
  const ids = async (
    filter: Parameters<typeof listConnections>[2],
    page = { before: null as string | null, limit: 10 },
  ) => (await listConnections(deps.db, institutionId, filter, page)).map((one) => one.externalId);
  assert.deepEqual(await ids({}), ['C-3', 'C-2', 'C-1']);
  assert.deepEqual(await ids({ delivered: true }), ['C-2']);
  assert.deepEqual(await ids({ delivered: false }), ['C-3', 'C-1']);
  assert.deepEqual(await ids({ search: 's-77' }), ['C-2']);
  assert.deepEqual(await ids({ search: '%' }), ['C-1']);
  assert.deepEqual(await ids({ externalId: 'c-1' }), []);
  const [first] = await listConnections(deps.db, institutionId, {}, { before: null, limit: 1 });
  assert.deepEqual(await ids({}, { before: first?.id ?? null, limit: 1 }), ['C-2']);
});

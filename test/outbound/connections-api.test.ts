// Connections by the API and by commands, on the real application: bodies of every kind, bodies that break off, settings.

import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { writeFile } from 'node:fs/promises';
import { connect } from 'node:net';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import type { ConnectionLoadView, ConnectionView, OutboundSettings } from '../../src/api/connections.ts';
import { type Client, openClient, ProblemError } from '../../src/cli/client.ts';
import { startTestApp, type TestApp } from '../kit/app.ts';
import { ndjson, row } from '../kit/connections.ts';
import { until } from '../kit/until.ts';

let app: TestApp;
let admin: Client;
let adminToken: string;

before(async () => {
  app = await startTestApp();
  for (const slug of ['bay', 'quiet'])
    await app.client.send('POST', '/institutions', {
      name: `College ${slug}`,
      slug,
      timeZone: 'Pacific/Auckland',
      country: 'US',
    });
  const made = await app.client.send<{ secret: string }>('POST', '/tokens', {
    name: 'admin',
    role: 'admin',
    institution: 'bay',
  });
  adminToken = made.secret;
  admin = openClient({ url: app.http, token: adminToken });
});
after(() => app.close());

const path = '/institutions/bay/connections';

async function post(
  body: string | Buffer | FormData,
  contentType?: string,
): Promise<{ status: number; body: ConnectionLoadView }> {
  const headers = new Headers({ authorization: `Bearer ${adminToken}` });
  if (contentType) headers.set('content-type', contentType);
  const response = await fetch(`${app.http}/api/v1${path}`, { method: 'POST', headers, body: body as string });
  return { status: response.status, body: (await response.json()) as ConnectionLoadView };
}

/** What the refusal says. */
async function refusal(work: Promise<unknown>): Promise<string> {
  const error = await work.then(
    () => assert.fail('it was not refused'),
    (thrown: unknown) => thrown,
  );
  assert.ok(error instanceof ProblemError);
  return `${error.problem.status} ${error.problem.code}`;
}

describe('a load', () => {
  test('is taken as NDJSON, as CSV, and from a form', async () => {
    const csv = 'externalId,connectedAt,phone\r\nA-2,2026-03-01,212-555-0143\r\n';
    const form = new FormData();
    form.append('file', new Blob([csv.replace('A-2', 'A-3')], { type: 'text/csv' }), 'connections.csv');
    const taken = [
      await post(ndjson([row('A-1')]), 'application/x-ndjson'),
      await post(csv, 'text/csv'),
      await post(form),
      await post(csv.replace('A-2', 'A-4'), 'application/octet-stream'),
      await post(''),
    ];
    assert.deepEqual(
      taken.map(({ status, body }) => [status, body.format, body.created, body.rejected]),
      [
        [200, 'ndjson', 1, 0],
        [200, 'csv', 1, 0],
        [200, 'csv', 1, 0],
        [200, 'csv', 1, 0],
        [200, 'ndjson', 0, 0],
      ],
    );
  });

  test('tells its problems in words, and is in the list of loads', async () => {
    const { body } = await post(ndjson(['{', row('B-1', { phone: '555-0143' })]), 'application/x-ndjson');
    assert.deepEqual(
      body.problems.map(({ row: line, externalId, field, code, effect }) => [line, externalId, field, code, effect]),
      [
        [1, null, null, 'malformed-json', 'row-rejected'],
        [2, 'B-1', 'phone', 'invalid-phone', 'cell-dropped'],
      ],
    );
    assert.match(
      body.problems[1]?.message ?? '',
      /^Line 2: “phone” is not a phone number in use.*the cell was left out\.$/,
    );
    assert.deepEqual([body.by, body.notices, body.problemsLeftOut], ['admin', 1, 0]);
    assert.deepEqual(await admin.get(`/institutions/bay/connection-loads/${body.id}`), body);
    const [newest] = await admin.list<ConnectionLoadView>('/institutions/bay/connection-loads');
    const { problems: _problems, problemsLeftOut: _left, ...summary } = body;
    assert.deepEqual(newest, summary);
  });

  test('of a file that is no table is refused in words', async () => {
    const { status, body } = await post(Buffer.from('504b0304140006000800', 'hex'), 'text/csv');
    assert.deepEqual([status, (body as unknown as { code: string }).code], [400, 'unsupported-file-type']);
    assert.equal((await post(new FormData())).status, 400);
    const headers = { authorization: `Bearer ${adminToken}`, 'content-encoding': 'gzip' };
    const compressed = await fetch(`${app.http}/api/v1${path}`, { method: 'POST', headers, body: 'x' });
    assert.deepEqual(
      [compressed.status, ((await compressed.json()) as { code: string }).code],
      [400, 'body-compressed'],
    );
  });

  test('that is a JSON array is refused whole at once, pretty-printed or on one line', async () => {
    const before = await admin.list('/institutions/bay/connection-loads');
    // Large ones are refused before all of them has come.
    const rows = Array.from({ length: 60_000 }, (_, n) => row(`ARRAY-${n}`));
    for (const some of [rows.slice(0, 2), rows])
      for (const indent of [undefined, 2])
        for (const type of ['application/json', 'application/x-ndjson', undefined]) {
          const { status, body } = await post(JSON.stringify(some, null, indent), type);
          const { code, detail } = body as unknown as { code: string; detail: string };
          assert.deepEqual([status, code], [400, 'json-array']);
          assert.match(detail, /each record as an object on a line of its own/);
        }
    const form = new FormData();
    form.append('file', new Blob([JSON.stringify(rows)], { type: 'application/json' }), 'connections.json');
    assert.equal((await post(form)).status, 400);
    const file = join(app.folder, 'array.json');
    await writeFile(file, JSON.stringify(rows));
    assert.equal(await refusal(admin.upload(path, file, {})), '400 json-array');
    assert.deepEqual(await admin.list('/institutions/bay/connection-loads'), before);
    assert.equal((await post(ndjson([row('ARRAY-0')]), 'application/json')).body.created, 1);
  });

  test('whose body breaks off leaves nothing behind', async () => {
    const before = await admin.list('/institutions/bay/connection-loads');
    const url = new URL(app.http);
    const rows = Array.from({ length: 8_000 }, (_, n) => row(`BROKEN-${n}`, { school: 'x'.repeat(250) }));
    for (const framing of ['content-length: 99999999', 'transfer-encoding: chunked']) {
      const socket = connect(Number(url.port), url.hostname);
      await once(socket, 'connect');
      const head = [`POST /api/v1${path} HTTP/1.1`, 'host: localhost', `authorization: Bearer ${adminToken}`, framing];
      socket.write(`${head.join('\r\n')}\r\n\r\n`);
      const text = ndjson(rows);
      const body = framing.startsWith('content') ? text : `${Buffer.byteLength(text).toString(16)}\r\n${text}\r\n`;
      await new Promise((resolve) => socket.write(body, resolve));
      socket.destroy();
    }
    // The load that comes after them waits for the locks that they may have, and finds nothing of theirs.
    await post(ndjson([row('AFTER')]), 'application/x-ndjson');
    await until(
      async () =>
        (
          await app.app.deps.db.query(
            "select from pg_stat_activity where query like 'copy pg_temp.staged%' and state = 'active'",
          )
        ).length === 0,
    );
    const found = await admin.list<ConnectionView>(path);
    assert.deepEqual(
      found.filter((one) => one.externalId.startsWith('BROKEN')),
      [],
    );
    assert.equal((await admin.list('/institutions/bay/connection-loads')).length, before.length + 1);
  });
});

describe('connections', () => {
  test('are listed and shown, with phones as the country writes them', async () => {
    await post(ndjson([row('D-1', { phone: '+1 212 555 0143', gpa: 3.5 })]), 'application/x-ndjson');
    const [listed] = await admin.list<ConnectionView>(path, { externalId: 'D-1' });
    assert.deepEqual([listed?.phone, listed?.phoneNational, listed?.gpa], ['+12125550143', '(212) 555-0143', 3.5]);
    assert.deepEqual(await admin.get(`${path}/${listed?.id}`), listed);
    assert.deepEqual(await admin.list(path, { search: 'd-1', delivered: 'true' }), []);
    assert.equal(await refusal(admin.get(path, { cursor: 'bm90IG91cnM' })), '400 invalid-request');
    assert.equal(await refusal(admin.get(`${path}/not-an-id`)), '400 invalid-request');
  });

  test('of one institution are not there for another, though the id is known', async () => {
    const [listed] = await admin.list<ConnectionView>(path, { externalId: 'D-1' });
    const [newest] = await admin.list<ConnectionLoadView>('/institutions/bay/connection-loads');
    assert.deepEqual(await app.client.list('/institutions/quiet/connections'), []);
    assert.equal(
      await refusal(app.client.get(`/institutions/quiet/connections/${listed?.id}`)),
      '404 no-such-connection',
    );
    assert.equal(
      await refusal(app.client.get(`/institutions/quiet/connection-loads/${newest?.id}`)),
      '404 no-such-load',
    );
    assert.equal(await refusal(admin.get('/institutions/quiet/connections')), '404 no-such-institution');
    assert.equal(
      await refusal(admin.send('PATCH', '/institutions/quiet/outbound-settings', {})),
      '404 no-such-institution',
    );
  });
});

describe('outbound settings', () => {
  const settings = '/institutions/bay/outbound-settings';
  const actions = async () => {
    const events = await admin.list<{ action: string; facts: object }>('/institutions/bay/audit');
    return events.filter((event) => event.action === 'outbound-settings.updated');
  };

  test('begin empty, and what changes nothing is no event', async () => {
    const empty = { majorsEntitled: false, offeredMajors: [], connectionsLastExported: null, message: null };
    assert.deepEqual(await admin.get(settings), empty);
    assert.deepEqual(
      await admin.send('PATCH', settings, { majorsEntitled: false, offeredMajors: [' '].slice(1) }),
      empty,
    );
    assert.deepEqual(await actions(), []);
  });

  test('offered majors keep their order, without doubles and blanks around them', async () => {
    const offeredMajors = [' Law ', 'Biology', 'law', 'Art\thistory', 'BIOLOGY'];
    const changed = await admin.send<OutboundSettings>('PATCH', settings, { offeredMajors });
    assert.deepEqual(changed.offeredMajors, ['Law', 'Biology', 'Art history']);
    assert.deepEqual((await admin.get<OutboundSettings>(settings)).offeredMajors, ['Law', 'Biology', 'Art history']);
    assert.equal(await refusal(admin.send('PATCH', settings, { offeredMajors: ['A;B'] })), '400 bad-major');
    assert.equal(await refusal(admin.send('PATCH', settings, { offeredMajors: [' '] })), '400 invalid-request');
    assert.deepEqual(
      (await actions()).map((event) => event.facts),
      [{ offeredMajors: { old: 0, new: 3 } }],
    );
  });

  test('only an operator switches majors on, and is told what the receiver must do', async () => {
    assert.equal(await refusal(admin.send('PATCH', settings, { majorsEntitled: true })), '403 operators-only');
    const login = { email: 'registrar@bay.example', password: 'correct-horse-battery', name: 'Registrar' };
    await app.client.send('POST', '/users', { ...login, role: 'admin', institution: 'bay' });
    const on = await app.client.send<OutboundSettings>('PATCH', settings, { majorsEntitled: true });
    assert.equal(on.majorsEntitled, true);
    const mails = await admin.list<{ event: string; recipient: string }>('/institutions/bay/mails');
    assert.deepEqual(
      mails.map((mail) => [mail.event, mail.recipient]),
      [['majors.entitled', login.email]],
    );
    assert.match(on.message ?? '', /column “majors”.*extend the import mapping/);
    const same = await admin.send<OutboundSettings>('PATCH', settings, { majorsEntitled: true });
    assert.deepEqual([same.majorsEntitled, same.message], [true, null]);
    assert.equal(await refusal(admin.send('PATCH', settings, { majorsEntitled: false })), '403 operators-only');
  });

  test('the day of the last export may be today in the zone of the institution, and not tomorrow', async () => {
    const now = Temporal.Now.zonedDateTimeISO('Pacific/Auckland');
    const set = (day: string | null) =>
      admin.send<OutboundSettings>('PATCH', settings, { connectionsLastExported: day });
    assert.equal(await refusal(set(now.add({ days: 1, hours: 1 }).toPlainDate().toString())), '400 since-in-future');
    const today = now.toPlainDate().toString();
    assert.equal((await set(today)).connectionsLastExported, today);
    assert.equal((await set('2020-02-29')).connectionsLastExported, '2020-02-29');
    assert.equal(await refusal(set('2021-02-29')), '400 invalid-request');
    assert.equal(await refusal(set('0000-01-01')), '400 bad-date');
    assert.equal((await set(null)).connectionsLastExported, null);
  });
});

describe('the commands', () => {
  type Ended = { code: number | null; out: string; err: string };

  async function causeway(...words: string[]): Promise<Ended> {
    const env = { ...process.env, CAUSEWAY_URL: app.http, CAUSEWAY_TOKEN: adminToken };
    const child = spawn(process.execPath, [join(import.meta.dirname, '../../src/main.ts'), ...words], { env });
    const ended: Ended = { code: null, out: '', err: '' };
    child.stdout.on('data', (chunk: Buffer) => {
      ended.out += chunk;
    });
    child.stderr.on('data', (chunk: Buffer) => {
      ended.err += chunk;
    });
    ended.code = await new Promise((resolve) => child.on('close', resolve));
    return ended;
  }

  test('load says the counts, and exits 0 although rows were rejected', async () => {
    const file = join(app.folder, 'connections.csv');
    await writeFile(file, 'externalId,connectedAt,email\r\nX-1,2026-03-01,x@example.edu\r\nX-2,2026-03-01,no\r\n');
    const asJson = await causeway('connections', 'load', 'bay', file, '--json');
    const { created, updated, unchanged, rejected } = JSON.parse(asJson.out) as ConnectionLoadView;
    assert.deepEqual([asJson.code, created, updated, unchanged, rejected], [0, 1, 0, 0, 1]);
    const inWords = await causeway('connections', 'load', 'bay', file);
    assert.match(inWords.out, /unchanged +1\nrejected +1\n/);
    assert.match(inWords.out, /Row 3: there is no phone.*“email” cannot be used; it was not loaded\./);
  });

  test('load exits 1 when it is refused, and 2 when there is no such file', async () => {
    const file = join(app.folder, 'wrong.csv');
    await writeFile(file, 'a,b\r\n1,2\r\n');
    const refused = await causeway('connections', 'load', 'bay', file, '--json');
    assert.equal(refused.code, 1);
    assert.equal((JSON.parse(refused.out) as { error: { code: string } }).error.code, 'missing-columns');
    assert.equal((await causeway('connections', 'load', 'bay', join(app.folder, 'none.csv'))).code, 2);
    assert.equal((await causeway('connections', 'load', 'quiet', file)).code, 1);
  });

  test('list prints one JSON array, newest first', async () => {
    const all = JSON.parse((await causeway('connections', 'list', 'bay', '--json')).out) as ConnectionView[];
    assert.equal(all[0]?.externalId, 'X-1');
    const one = JSON.parse((await causeway('connections', 'list', 'bay', '--external-id', 'D-1', '--json')).out);
    assert.deepEqual(
      (one as ConnectionView[]).map((item) => item.externalId),
      ['D-1'],
    );
    const two = JSON.parse((await causeway('connections', 'list', 'bay', '--limit', '2', '--json')).out);
    assert.equal((two as unknown[]).length, 2);
    assert.match((await causeway('connections', 'list', 'bay')).out, /^id +connected +first name/);
  });
});

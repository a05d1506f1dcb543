// Requests that are made to hurt: endless lists of names, numbers beyond the database, bodies that never end, moved secrets.

import assert from 'node:assert/strict';
import { connect } from 'node:net';
import { after, before, test } from 'node:test';
import { makeToken } from '../../test/kit/accounts.ts';
import { newTestFeed, openTestHttp, type TestFeed, type TestHttp } from '../../test/kit/http.ts';

let t: TestHttp;
let token: string;
let feed: TestFeed;
let importId: string;

before(async () => {
  t = await openTestHttp({ bodyTime: 300 });
  token = await makeToken(t.deps, 'operator');
  feed = await newTestFeed(t, token);
  const upload = await t.call('POST', `/institutions/${feed.slug}/imports?fileName=a.csv`, { token, bytes: 'a,b\n' });
  importId = upload.body.id;
});
after(() => t.close());

test('tens of thousands of unknown names are refused by the first twenty', async () => {
  const names = Array.from({ length: 20_000 }, (_, i) => `unknown${i}`);
  const set = Object.fromEntries(names.map((name) => [name, name]));
  const answer = await feed.call('PATCH', '/mapping', { set });
  assert.deepEqual([answer.status, answer.body.code, answer.body.fields.length], [400, 'unknown-field', 20]);
});

for (const address of ['issues?cursor=', 'changes?cursor='])
  test(`a position beyond 32 bits is refused: ${address}`, async () => {
    for (const position of ['2147483648', '999999999999999']) {
      const cursor = Buffer.from(position).toString('base64url');
      const answer = await t.call('GET', `/imports/${importId}/${address}${cursor}`, { token });
      assert.deepEqual([answer.status, answer.body.code], [400, 'invalid-request'], position);
    }
  });

test('a row beyond 32 bits is refused', async () => {
  const answer = await t.call('GET', `/imports/${importId}/issues?row=99999999999`, { token });
  assert.deepEqual([answer.status, answer.body.fields[0].name], [400, 'row']);
});

test('an e-mail address of a user has at most 254 characters', async () => {
  const json = {
    email: `a@${'b'.repeat(60)}.${'c'.repeat(300)}.edu`,
    name: 'N',
    role: 'operator',
    password: 'a long password',
  };
  const answer = await t.call('POST', '/users', { token, json });
  assert.deepEqual([answer.status, answer.body.fields[0].name], [400, 'email']);
});

test('a file name that is only a folder is refused', async () => {
  for (const name of ['..', '.', '/', 'a/..']) {
    const path = `/institutions/${feed.slug}/imports?fileName=${encodeURIComponent(name)}`;
    assert.equal((await t.call('POST', path, { token, bytes: 'a,b\n' })).body.code, 'bad-file-name', name);
  }
});

test('a password that was sealed for one feed cannot be revealed from the row of another', async () => {
  const other = await newTestFeed(t, token);
  const { body } = await feed.call('POST', '/reveal');
  await t.deps.db.execute(
    'update feeds set password_sealed = (select password_sealed from feeds where id = $1) where id = $2',
    [feed.id, other.id],
  );
  const answer = await other.call('POST', '/reveal');
  assert.deepEqual([answer.status, answer.body.code], [500, 'internal-error']);
  assert.equal(answer.text.includes(body.password), false);
});

test('bodies that trickle in are cut off, before and after the answer', async () => {
  const { port } = await t.http.listen('127.0.0.1', 0);
  const head = (path: string) =>
    `POST /api/v1${path} HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nContent-Length: 100000\r\n\r\n`;
  for (const path of ['/session', `/institutions/${feed.slug}/imports?fileName=x.csv`]) {
    const socket = connect(port, '127.0.0.1', () => socket.write(head(path)));
    socket.on('error', () => undefined).resume();
    const trickle = setInterval(() => socket.write(' '), 50);
    // A cut-off link may also show as an error; it closes either way.
    await new Promise((resolve) => socket.once('close', resolve));
    clearInterval(trickle);
  }
});

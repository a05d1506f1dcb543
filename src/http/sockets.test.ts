// What only a real socket shows: streams, broken links, early answers, stopping; and the files of the web pages.

import assert from 'node:assert/strict';
import { createHash, randomBytes } from 'node:crypto';
import { mkdir, mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { request } from 'node:http';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { makeInstitution, makeToken } from '../../test/kit/accounts.ts';
import { type Json, openTestHttp, type TestHttp } from '../../test/kit/http.ts';
import { until } from '../../test/kit/until.ts';

let t: TestHttp;
let url: string;
let headers: { authorization: string };
let feed: string;
let webDir: string;

const script = 'document.documentElement.dataset.early = "yes";';
before(async () => {
  webDir = await mkdtemp(join(tmpdir(), 'causeway-web-'));
  await mkdir(join(webDir, 'assets'));
  await writeFile(join(webDir, 'index.html'), `<!doctype html><script>${script}</script><div id="root"></div>`);
  await writeFile(join(webDir, 'assets/index-abc123.js'), 'export {};');
  await writeFile(join(webDir, 'causeway.svg'), '<svg/>');
  await writeFile(join(webDir, '../causeway-outside.txt'), 'outside');
  t = await openTestHttp({ webDir });
  const institution = await makeInstitution(t.deps, 'alpha');
  feed = `/institutions/alpha/feeds/${institution.feedId}`;
  headers = { authorization: `Bearer ${await makeToken(t.deps, 'admin', 'alpha')}` };
  url = (await t.http.listen('127.0.0.1', 0)).url;
});
after(async () => {
  await t.close();
  await rm(webDir, { recursive: true });
  await rm(join(webDir, '../causeway-outside.txt'));
});

const api = (path: string, init: RequestInit = {}) =>
  fetch(`${url}/api/v1${path}`, { ...init, headers: { ...headers, ...(init.headers as object) } });
const jsonOf = async (answer: Response): Promise<Json> => answer.json();
const imports = async () => (await jsonOf(await api('/institutions/alpha/imports?limit=1000'))).items;

test('an upload comes back byte for byte, and its hash is what was sent', async () => {
  const bytes = randomBytes(24 << 20);
  const answer = await api('/institutions/alpha/imports?fileName=big.csv', { method: 'POST', body: bytes });
  assert.equal(answer.status, 202);
  const made = await jsonOf(answer);
  assert.deepEqual([made.size, made.sha256], [bytes.length, createHash('sha256').update(bytes).digest('hex')]);
  const file = await api(`/imports/${made.id}/file`);
  assert.equal(file.headers.get('content-type'), 'application/octet-stream');
  assert.equal(file.headers.get('x-content-type-options'), 'nosniff');
  assert.match(file.headers.get('content-disposition') ?? '', /^attachment; filename="big\.csv"/);
  assert.ok(bytes.equals(Buffer.from(await file.arrayBuffer())));
});

test('a form brings a mapping for this import only; the source is the token’s API', async () => {
  const form = new FormData();
  form.append('mapping', JSON.stringify({ columns: [{ field: 'crmId', labels: ['Nr'] }] }));
  form.append('file', new Blob(['Nr\n1\n']), 'from-form.csv');
  const answer = await api('/institutions/alpha/imports?fileName=form.csv&dryRun=true', { method: 'POST', body: form });
  const made = await jsonOf(answer);
  assert.deepEqual(
    [answer.status, made.mapping, made.dryRun, made.fileName, made.size, made.source],
    [202, { Nr: 'crmId' }, true, 'form.csv', 5, 'api'],
  );
  const settings = await jsonOf(await api(feed));
  assert.deepEqual(settings.mapping, {});
});

test('a form whose mapping names a field that does not exist is refused before anything is kept', async () => {
  const before = (await imports()).length;
  const form = new FormData();
  form.append('mapping', JSON.stringify({ columns: [{ field: 'nothing', labels: ['Nr'] }] }));
  form.append('file', new Blob([randomBytes(4 << 20)]), 'x.csv');
  const answer = await api('/institutions/alpha/imports?fileName=x.csv', { method: 'POST', body: form });
  assert.deepEqual([answer.status, (await jsonOf(answer)).code], [400, 'unknown-field']);
  assert.equal((await imports()).length, before);
});

test('an empty body is a file of no bytes, and is taken in as one', async () => {
  const answer = await api('/institutions/alpha/imports?fileName=empty.csv', { method: 'POST' });
  assert.deepEqual([answer.status, (await jsonOf(answer)).size], [202, 0]);
});

for (const [what, type, prefix] of [
  ['bytes', 'text/csv', ''],
  [
    'a form',
    'multipart/form-data; boundary=x',
    '--x\r\ncontent-disposition: form-data; name="file"; filename="a.csv"\r\n\r\n',
  ],
] as const)
  test(`an upload of ${what} that breaks off leaves no import, no bytes and no error in the log`, async () => {
    const before = (await imports()).length;
    const lines = t.deps.lines.length;
    const upload = request(`${url}/api/v1/institutions/alpha/imports?fileName=broken.csv`, {
      method: 'POST',
      headers: { ...headers, 'content-type': type, 'content-length': 50 << 20 },
    });
    upload.on('error', () => undefined);
    upload.write(prefix);
    await new Promise((resolve) => upload.write(randomBytes(1 << 20), resolve));
    await until(async () => (await stagedNames()) > 0);
    upload.destroy();
    await until(() => t.deps.lines.slice(lines).some((line) => line.includes('request broken off')));
    await until(async () => (await stagedNames()) === 0);
    assert.equal((await imports()).length, before);
    assert.equal(await stagedNames(), 0);
    assert.equal(
      t.deps.lines.slice(lines).some((line) => Number(JSON.parse(line).level) >= 50),
      false,
    );
  });

test('a sample that is too large is answered over a link that is still sending', async () => {
  const answer = await api(`${feed}/preview`, { method: 'POST', body: randomBytes(8 << 20) });
  assert.deepEqual([answer.status, (await jsonOf(answer)).code], [413, 'sample-too-large']);
});

test('an upload that nobody may make is refused, and none of it is kept', async () => {
  const answer = await fetch(`${url}/api/v1/institutions/alpha/imports?fileName=x.csv`, {
    method: 'POST',
    body: randomBytes(8 << 20),
  });
  assert.deepEqual([answer.status, (await jsonOf(answer)).code], [401, 'sign-in-needed']);
  assert.equal(await stagedNames(), 0);
});

test('pages: every address of a page is index.html, asked for again each time', async () => {
  for (const path of ['/', '/institutions/alpha/imports', '/sign-in?next=%2F']) {
    const answer = await fetch(url + path);
    assert.deepEqual([answer.status, answer.headers.get('cache-control')], [200, 'no-cache'], path);
    assert.match(await answer.text(), /id="root"/);
  }
});

test('pages: files with a hash in their name are kept for ever, others are asked for again', async () => {
  const asset = await fetch(`${url}/assets/index-abc123.js`);
  assert.match(asset.headers.get('cache-control') ?? '', /max-age=31536000.*immutable/);
  assert.match(asset.headers.get('content-type') ?? '', /javascript/);
  assert.equal((await fetch(`${url}/causeway.svg`)).headers.get('cache-control'), 'no-cache');
  assert.equal((await fetch(`${url}/assets/index-old.js`)).status, 404);
});

test('pages: nothing outside their folder is served', async () => {
  for (const path of [
    '/../causeway-outside.txt',
    '/%2e%2e/causeway-outside.txt',
    '/..%2fcauseway-outside.txt',
    '/assets/..%5c..%5ccauseway-outside.txt',
  ]) {
    const text = await raw(`GET ${path} HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n`);
    assert.match(text, /^HTTP\/1\.1 (400|403|404) /, path);
    assert.equal(text.includes('\r\n\r\noutside'), false, path);
  }
});

test('every answer has the headers that keep a browser in bounds, and the page’s own script is allowed by its hash', async () => {
  for (const path of ['/', '/api/v1/session', '/api/openapi.json', '/nothing.txt', '/healthz']) {
    const answer = await fetch(url + path);
    const policy = answer.headers.get('content-security-policy') ?? '';
    assert.match(policy, /default-src 'self'/, path);
    assert.match(policy, /frame-ancestors 'none'/);
    assert.ok(policy.includes(`'sha256-${createHash('sha256').update(script).digest('base64')}'`));
    assert.equal(/script-src[^;]*unsafe/.test(policy), false);
    assert.equal(answer.headers.get('x-content-type-options'), 'nosniff');
    assert.equal(answer.headers.get('strict-transport-security'), null);
  }
});

test('stopping does not wait for requests that hang', async () => {
  const other = await openTestHttp();
  const { port } = await other.http.listen('127.0.0.1', 0);
  const socket = connect(port, '127.0.0.1');
  const closed = new Promise((resolve) => socket.once('close', resolve));
  socket.on('error', () => undefined);
  await new Promise((resolve) => socket.once('connect', resolve));
  socket.write(
    'POST /api/v1/session HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nContent-Length: 100\r\n\r\n{',
  );
  await other.close();
  await closed;
});

/** How many files are being written. */
async function stagedNames(): Promise<number> {
  const names = await readdir(join(t.deps.folder, 'incoming'), { recursive: true, withFileTypes: true });
  return names.filter((name) => name.isFile()).length;
}

function raw(text: string): Promise<string> {
  return new Promise((resolve, reject) => {
    const socket = connect(Number(new URL(url).port), '127.0.0.1', () => socket.write(text));
    let answer = '';
    socket.setEncoding('utf8').on('data', (chunk) => {
      answer += chunk;
    });
    socket.on('end', () => resolve(answer)).on('error', reject);
  });
}

// Windows that people look at: the preview, and the download that moves nothing but the date that it is told to move.

import assert from 'node:assert/strict';
import { once } from 'node:events';
import { readdirSync } from 'node:fs';
import { Readable } from 'node:stream';
import { test } from 'node:test';
import { usualFileOptions } from '../../src/domain/file-options.ts';
import { downloadNow } from '../../src/outbound/download-now.ts';
import { previewWindow } from '../../src/outbound/preview-window.ts';
import { listAuditEvents } from '../../src/store/audit.ts';
import { getOutboundSettings } from '../../src/store/outbound-settings.ts';
import { getWatermark } from '../../src/store/watermarks.ts';
import { actorFor } from '../kit/accounts.ts';
import { addConnections, bytesOf, destinationOf, openWindowKit, sendWindow, type WindowKit } from './windows-kit.ts';

const usual = { dataset: 'connections' as const, since: null, file: usualFileOptions };

async function readAll(content: AsyncIterable<Uint8Array>): Promise<Buffer> {
  const pieces: Uint8Array[] = [];
  for await (const piece of content) pieces.push(piece);
  return Buffer.concat(pieces);
}

const filesOf = ({ deps }: WindowKit) =>
  readdirSync(deps.folder, { recursive: true, withFileTypes: true }).filter((entry) => entry.isFile()).length;

test('the preview shows how many, the first rows and the beginning of the very file that is sent then', async () => {
  await using kit = await openWindowKit();
  const { deps, institution } = kit;
  await addConnections(
    kit,
    Array.from({ length: 30 }, (_, at) => ({
      externalId: `E${at}`,
      firstName: at === 1 ? 'two\nlines “quoted”' : `First${at}`,
    })),
  );
  const file = {
    ...usualFileOptions,
    encoding: 'windows-1252' as const,
    columns: [
      { field: 'externalId', header: 'Id' },
      { field: 'firstName', header: 'First, name' },
    ],
  };
  const preview = await previewWindow(deps, institution, { ...usual, file });
  assert.equal(preview.count, 30);
  assert.deepEqual(preview.columns, ['Id', 'First, name']);
  assert.equal(preview.rows.length, 20);
  assert.deepEqual(preview.rows.slice(0, 2), [
    ['E0', 'First0'],
    ['E1', 'two\nlines “quoted”'],
  ]);
  assert.deepEqual(preview.startsFrom, { kind: 'beginning', at: null });
  assert.deepEqual(preview.notes, []);
  const cut = await sendWindow(deps, institution, destinationOf(institution, 'connections', file));
  assert.equal(cut.file?.fileName, preview.fileName);
  const sent = new TextDecoder('windows-1252').decode(await bytesOf(deps, institution, cut.file?.stored));
  assert.ok(sent.startsWith(preview.sample));
  assert.match(preview.sample, /E19,First19\r\n$/);
  const after = await previewWindow(deps, institution, { ...usual, file });
  assert.deepEqual([after.count, after.rows, after.startsFrom.kind], [0, [], 'watermark']);
  assert.deepEqual(after.notes, ['There is nothing to send, and no file is sent then.']);
});

test('the preview says what a person should know', async () => {
  await using kit = await openWindowKit();
  const { deps, institution } = kit;
  await addConnections(kit, [{ externalId: 'a', firstName: '中文' }]);
  const notes = async (file: Partial<typeof usualFileOptions>, since: string | null = null) =>
    (await previewWindow(deps, institution, { ...usual, since, file: { ...usualFileOptions, ...file } })).notes.join(
      '\n',
    );
  assert.match(await notes({}), /^The column majors is blank: the institution has no entitlement to it\.$/);
  assert.match(
    await notes({ encoding: 'windows-1252' }),
    /Among the rows shown: 2 characters that Windows-1252 does not have/,
  );
  assert.match(await notes({ nameTemplate: 'a.csv' }), /All files get the same name/);
  assert.match(await notes({ pgpKey: 'any' }), /encrypted before it is sent/);
  assert.match(await notes({}, '2999-01-01'), /lies in the future/);
  assert.match(await notes({ emptyFile: 'send' }, '2999-01-01'), /only its header/);
});

test('the preview of contacts counts each once', async () => {
  await using kit = await openWindowKit();
  const { deps, institution } = kit;
  const preview = await previewWindow(deps, institution, { ...usual, dataset: 'contacts' });
  assert.deepEqual([preview.count, preview.rows, preview.columns.length], [0, [], 21]);
});

test('a download is the same file as the next transfer, and moves nothing', async () => {
  await using kit = await openWindowKit();
  const { deps, institution } = kit;
  await addConnections(
    kit,
    Array.from({ length: 20_000 }, (_, at) => ({ externalId: `E${at}` })),
  );
  const actor = actorFor('admin', institution);
  const download = await downloadNow(deps, actor, institution, usual, { mark: false });
  const bytes = await readAll(download.content);
  assert.equal(bytes.length, download.bytes);
  assert.equal(filesOf(kit), 0, 'the file is gone when it was read');
  assert.equal(await getWatermark(deps.db, institution.id, 'connections'), null);
  assert.equal((await getOutboundSettings(deps.db, institution.id))?.connectionsLastExported, null);
  const cut = await sendWindow(deps, institution, destinationOf(institution, 'connections'));
  assert.deepEqual(await bytesOf(deps, institution, cut.file?.stored), bytes);
  assert.deepEqual(
    [cut.file?.fileName, cut.file?.sha256, cut.rows],
    [download.fileName, download.sha256, download.rows],
  );
});

test('a download that nobody begins to read leaves no file open, as when the reader went while it was written', async () => {
  await using kit = await openWindowKit();
  const { deps, institution } = kit;
  await addConnections(kit, [{ externalId: 'a' }]);
  const actor = actorFor('admin', institution);
  const download = await downloadNow(deps, actor, institution, usual, { mark: true });
  const stream = Readable.from(download.content, { objectMode: false });
  stream.destroy();
  await once(stream, 'close');
  assert.equal(filesOf(kit), 0);
  assert.equal((await getOutboundSettings(deps.db, institution.id))?.connectionsLastExported, null);
});

test('export and mark moves the date to today in the institution’s zone, with an audit event, once the file was read', async () => {
  await using kit = await openWindowKit();
  const { deps, institution } = kit;
  await addConnections(
    kit,
    Array.from({ length: 20_000 }, (_, at) => ({ externalId: `E${at}` })),
  );
  const actor = actorFor('admin', institution);
  const lastExported = async () => (await getOutboundSettings(deps.db, institution.id))?.connectionsLastExported;

  const left = await downloadNow(deps, actor, institution, usual, { mark: true });
  for await (const piece of left.content) if (piece.length > 0) break;
  assert.equal(await lastExported(), null, 'a download that broke off marks nothing');
  const unread = await downloadNow(deps, actor, institution, usual, { mark: true });
  await unread.discard();
  assert.equal(filesOf(kit), 0);

  // Two o'clock in the morning in UTC is still the day before in New York.
  const night = { ...deps, clock: { now: () => new Date('2026-11-20T02:00:00Z') } };
  const download = await downloadNow(night, actor, institution, usual, { mark: true });
  assert.equal(await lastExported(), null);
  await readAll(download.content);
  assert.equal(await lastExported(), '2026-11-19');
  assert.equal(await getWatermark(deps.db, institution.id, 'connections'), null);
  const [event] = await listAuditEvents(deps.db, institution.id, { before: null, limit: 1 });
  assert.deepEqual(
    [event?.action, event?.actor.name, event?.facts.rows, event?.facts.lastExported],
    ['connections.exported', 'The admin', 20_000, '2026-11-19'],
  );
});

test('an empty file is marked too; contacts are not', async () => {
  await using kit = await openWindowKit();
  const { deps, institution } = kit;
  const actor = actorFor('admin', institution);
  const empty = await downloadNow(
    deps,
    actor,
    institution,
    { ...usual, file: { ...usualFileOptions, header: false } },
    { mark: true },
  );
  assert.equal((await readAll(empty.content)).length, 0);
  assert.notEqual((await getOutboundSettings(deps.db, institution.id))?.connectionsLastExported, null);
  await assert.rejects(downloadNow(deps, actor, institution, { ...usual, dataset: 'contacts' }, { mark: true }), {
    code: 'mark-not-for-contacts',
  });
  const contacts = await downloadNow(deps, actor, institution, { ...usual, dataset: 'contacts' }, { mark: false });
  assert.match((await readAll(contacts.content)).toString(), /^causewayId,crmId,/);
});

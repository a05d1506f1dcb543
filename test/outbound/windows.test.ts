// Windows from their beginning to their file: start dates, the watermark, empty windows, names, manifests, encryption, what is left when it fails.

import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { createHash, createPublicKey, verify } from 'node:crypto';
import { existsSync, readdirSync, writeFileSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';
import * as openpgp from 'openpgp';
import { temporaryFolder } from '../../scripts/temporary-folder.ts';
import type { FileOptions } from '../../src/domain/file-options.ts';
import type { FileStore } from '../../src/domain/ports.ts';
import { cutWindow, discardCut } from '../../src/outbound/cut-window.ts';
import { doneName, doneText, manifestKey, manifestName, manifestText } from '../../src/outbound/manifest.ts';
import { startOfDay, startsFrom } from '../../src/outbound/window-start.ts';
import { getWatermark, moveWatermark } from '../../src/store/watermarks.ts';
import {
  addConnections,
  bytesOf,
  commitWindow,
  destinationOf,
  openWindowKit,
  recordsOf,
  sendWindow,
  type WindowKit,
} from './windows-kit.ts';

const idsOf = async (kit: WindowKit, since: string | null) => {
  const cut = await cutWindow(kit.deps, kit.institution, destinationOf(kit.institution, 'connections', {}, since));
  const records = await recordsOf(kit.deps, kit.institution, cut);
  await discardCut(kit.deps, kit.institution.id, cut);
  return records.map((record) => record.externalId);
};

test('the first window begins at the destination’s date, else at the last export, else with everything; later ones have no date', async () => {
  await using kit = await openWindowKit();
  const { deps, institution } = kit;
  // New York puts the clock back on 1 November 2026: the day has 25 hours and begins at 04:00 UTC.
  await addConnections(kit, [
    { externalId: 'before', connectedAt: '2026-11-01T03:59:59Z' },
    { externalId: 'first', connectedAt: '2026-11-01T04:00:00Z' },
    { externalId: 'next-day', connectedAt: '2026-11-02T05:00:00Z' },
  ]);
  const starts = (since: string | null) => startsFrom(deps.db, institution, { dataset: 'connections', since });
  assert.deepEqual(await idsOf(kit, null), ['before', 'first', 'next-day']);
  assert.deepEqual(await starts(null), { kind: 'beginning', at: null });
  await deps.db.execute(`update institutions set connections_last_exported = '2026-11-02' where id = $1`, [
    institution.id,
  ]);
  assert.deepEqual(await idsOf(kit, null), ['next-day']);
  assert.deepEqual(await starts(null), { kind: 'last-exported', at: '2026-11-02' });
  assert.deepEqual(await startsFrom(deps.db, institution, { dataset: 'contacts', since: null }), {
    kind: 'beginning',
    at: null,
  });
  assert.deepEqual(await idsOf(kit, '2026-11-01'), ['first', 'next-day']);
  assert.deepEqual(await starts('2026-11-01'), { kind: 'since', at: '2026-11-01' });

  const cut = await sendWindow(deps, institution, destinationOf(institution, 'connections', {}, '2026-11-01'));
  assert.equal(cut.since?.toISOString(), '2026-11-01T04:00:00.000Z');
  assert.equal((await starts('2026-11-01')).kind, 'watermark');
  await addConnections(kit, [{ externalId: 'late', connectedAt: '2020-01-01' }]);
  assert.deepEqual(await idsOf(kit, '2026-11-01'), ['late'], 'what commits later is sent whatever its date');
});

test('a day begins with its first moment, also where midnight is skipped', () => {
  assert.deepEqual(
    [
      startOfDay('2026-03-08', 'America/New_York'),
      startOfDay('2026-11-01', 'America/New_York'),
      startOfDay('2018-11-04', 'America/Sao_Paulo'),
      startOfDay('2026-05-01', 'UTC'),
    ].map((at) => at.toISOString()),
    ['2026-03-08T05:00:00.000Z', '2026-11-01T04:00:00.000Z', '2018-11-04T03:00:00.000Z', '2026-05-01T00:00:00.000Z'],
  );
});

test('the watermark moves only from where the window began, once', async () => {
  await using kit = await openWindowKit();
  const { deps, institution } = kit;
  const move = (from: number, to: number, number: number) =>
    deps.db.transaction((tx) =>
      moveWatermark(tx, institution.id, 'connections', {
        from,
        to,
        number,
        since: null,
        file: true,
        at: deps.clock.now(),
      }),
    );
  await assert.rejects(move(3, 5, 1), /no longer where window 1 began/);
  await assert.rejects(move(0, 5, 2), /no longer/);
  await move(0, 0, 1);
  await assert.rejects(move(0, 5, 1), /no longer/);
  await move(0, 5, 2);
  await assert.rejects(move(0, 6, 2), /no longer/);
  await assert.rejects(move(5, 6, 2), /no longer/);
  await assert.rejects(move(5, 4, 3), /go back/);
  assert.deepEqual(await getWatermark(deps.db, institution.id, 'connections'), {
    position: 5,
    windows: 2,
    files: 2,
    movedAt: deps.clock.now(),
  });
  assert.equal(await getWatermark(deps.db, institution.id, 'contacts'), null);
});

test('a window that is empty has no file, or one with only a header; a changed record is sent again', async () => {
  await using kit = await openWindowKit();
  const { deps, institution } = kit;
  const send = (file: Partial<FileOptions> = {}) =>
    sendWindow(deps, institution, destinationOf(institution, 'connections', file));
  assert.deepEqual([(await send()).file, (await send()).number], [null, 2]);
  const headerOnly = await send({ emptyFile: 'send', columns: [{ field: 'email', header: 'E' }] });
  assert.equal((await bytesOf(deps, institution, headerOnly.file?.stored)).toString(), 'E\r\n');
  assert.equal(headerOnly.rows, 0);
  const nothing = await send({ emptyFile: 'send', header: false });
  assert.equal(nothing.file?.bytes, 0);
  await addConnections(kit, [{ externalId: 'a' }, { externalId: 'b' }]);
  assert.equal((await send()).rows, 2);
  await addConnections(kit, [{ externalId: 'b', school: 'changed' }]);
  const changed = await send();
  assert.deepEqual(
    (await recordsOf(deps, institution, changed)).map((record) => [record.externalId, record.school]),
    [['b', 'changed']],
  );
  assert.equal(changed.number, 6);
});

/** A transfer of the past as its row says. */
async function pastTransfer(kit: WindowKit, fileName: string, status: string, inDoubt = false): Promise<void> {
  const { deps, institution } = kit;
  const destination = deps.newId();
  await deps.db.execute(
    `insert into destinations (institution_id, id, dataset, name, status, host, port, path, username, auth, frequency, at, file,
       created_at, updated_at, deleted_at)
     values ($1, $2, 'connections', 'Old', 'off', 'h', 22, '/', 'u', 'key', 'daily', '02:00', '{}', now(), now(), now())`,
    [institution.id, destination],
  );
  await deps.db.execute(
    `insert into transfers (institution_id, id, destination_id, dataset, trigger, status, in_doubt, file_name, started_by, queued_at)
     values ($1, $2, $3, 'connections', 'scheduled', $4, $5, $6, 'Causeway', now())`,
    [institution.id, deps.newId(), destination, status, inDoubt, fileName],
  );
}

test('a name that an earlier window had gets a number, unless the options say that it is replaced; a failed attempt had none', async () => {
  await using kit = await openWindowKit();
  const { deps, institution } = kit;
  await addConnections(kit, [{ externalId: 'a' }]);
  const nameFor = async (file: Partial<FileOptions>) => {
    const cut = await cutWindow(deps, institution, destinationOf(institution, 'connections', file));
    await discardCut(deps, institution.id, cut);
    return cut.file?.fileName;
  };
  await pastTransfer(kit, 'failed.csv', 'failed');
  await pastTransfer(kit, 'students.csv', 'succeeded');
  await pastTransfer(kit, 'students-2.csv', 'failed', true);
  await pastTransfer(kit, 'header.csv', 'empty');
  assert.equal(await nameFor({ nameTemplate: 'failed.csv' }), 'failed.csv');
  assert.equal(await nameFor({ nameTemplate: 'students.csv' }), 'students-3.csv');
  assert.equal(await nameFor({ nameTemplate: 'header.csv' }), 'header-2.csv');
  assert.equal(await nameFor({ nameTemplate: 'students.csv', sameName: 'replace' }), 'students.csv');
  const day = Temporal.Instant.fromEpochMilliseconds(deps.clock.now().getTime())
    .toZonedDateTimeISO('America/New_York')
    .toPlainDate();
  assert.equal(await nameFor({}), `westfield-connections-${day.toString()}-1.csv`);
  assert.equal(await nameFor({ nameTemplate: '{rows} of {window} {number}.csv' }), '1 of 0-1 1.csv');
});

const programs = ['/usr/bin/openssl', '/usr/bin/jq', '/usr/bin/sha256sum'].filter((path) => !existsSync(path));

test('a receiver verifies the manifest with openssl and jq, and the marker with sha256sum', {
  skip: programs.length > 0 ? `not on this machine: ${programs.join(', ')}` : false,
}, async () => {
  await using kit = await openWindowKit();
  const { deps, institution } = kit;
  const folder = await temporaryFolder('causeway-manifest-');
  try {
    await addConnections(kit, [{ externalId: 'a' }]);
    const cut = await cutWindow(
      deps,
      institution,
      destinationOf(institution, 'connections', { manifest: true, nameTemplate: 'Zoë {number}.csv' }),
    );
    const { file } = cut;
    assert.ok(file?.manifest);
    const key = await manifestKey(deps, institution.id);
    const at = (name: string) => join(folder, name);
    writeFileSync(at(file.fileName), await bytesOf(deps, institution, file.stored));
    const manifest = await bytesOf(deps, institution, file.manifest);
    writeFileSync(at(manifestName(file.fileName)), manifest);
    writeFileSync(at(doneName(file.fileName)), doneText(file.sha256, file.fileName));
    writeFileSync(at('key.pem'), key.publicKey);
    // As docs/manifest.md says.
    const shell = (script: string) =>
      spawnSync('bash', ['-c', `set -eo pipefail; ${script}`], { cwd: folder, encoding: 'utf8' });
    const check = `jq -cjS 'del(.signature)' "$NAME.manifest.json" > signed
      jq -r .signature "$NAME.manifest.json" | base64 -d > signature
      openssl pkeyutl -verify -pubin -inkey key.pem -rawin -in signed -sigfile signature
      sha256sum -c "$NAME.done"
      test "$(sha256sum < "$NAME" | cut -d' ' -f1)" = "$(jq -r .sha256 "$NAME.manifest.json")"`;
    const good = shell(`NAME='${file.fileName}'; ${check}`);
    assert.equal(good.status, 0, good.stdout + good.stderr);
    writeFileSync(at(manifestName(file.fileName)), manifest.toString().replace('"rows": 1', '"rows": 2'));
    assert.notEqual(shell(`NAME='${file.fileName}'; ${check}`).status, 0, 'a changed manifest does not verify');
    const { signature: _, ...facts } = JSON.parse(manifest.toString()) as Record<string, unknown>;
    assert.deepEqual(facts, {
      bytes: file.bytes,
      cutAt: cut.cutAt.toISOString(),
      dataset: 'connections',
      fileName: 'Zoë 1.csv',
      institution: 'westfield',
      rows: 1,
      sha256: file.sha256,
      window: { from: '0', number: 1, to: '1' },
    });
  } finally {
    await rm(folder, { recursive: true });
  }
});

test('the manifest key is made once, also by several at once, sealed for its institution, and signs the same text the same way', async () => {
  await using kit = await openWindowKit();
  const { deps, institution } = kit;
  const keys = await Promise.all(Array.from({ length: 5 }, () => manifestKey(deps, institution.id)));
  assert.equal(new Set(keys.map((key) => key.publicKey)).size, 1);
  const [key] = keys;
  assert.ok(key);
  assert.match(key.fingerprint, /^SHA256:[A-Za-z0-9+/]{43}$/);
  const facts = {
    fileName: 'a.csv',
    sha256: '00',
    bytes: 1,
    rows: 2,
    dataset: 'contacts' as const,
    institution: 'westfield',
    window: { from: 1, to: 2, number: 3 },
    cutAt: new Date(0),
  };
  const text = manifestText(facts, key);
  assert.equal(manifestText(facts, await manifestKey(deps, institution.id)), text);
  const { signature, ...signed } = JSON.parse(text) as { signature: string } & Record<string, unknown>;
  const bytes = Buffer.from(JSON.stringify(signed));
  assert.equal(verify(null, bytes, createPublicKey(key.publicKey), Buffer.from(signature, 'base64')), true);
  const [row] = await deps.db.query<{ sealed: Buffer }>('select private_key_sealed as sealed from manifest_keys');
  assert.ok(row && !row.sealed.includes('PRIVATE KEY'));
  await deps.db.execute(
    `insert into institutions (id, slug, name, time_zone, country, created_at) values ($1, 'other', 'O', 'UTC', 'US', now())`,
    [deps.newId()],
  );
  await deps.db.execute(`update manifest_keys set institution_id = (select id from institutions where slug = 'other')`);
  const [other] = await deps.db.query<{ id: typeof institution.id }>(
    `select id from institutions where slug = 'other'`,
  );
  assert.ok(other);
  await assert.rejects(manifestKey(deps, other.id), 'a sealed key does not open for another institution');
});

test('an encrypted file is stored, hashed and named as it is sent; the receiver reads the rows', async () => {
  await using kit = await openWindowKit();
  const { deps, institution } = kit;
  await addConnections(kit, [{ externalId: 'a', school: 'Zoë' }]);
  const { publicKey, privateKey } = await openpgp.generateKey({
    userIDs: [{ name: 'R' }],
    date: new Date(0),
    format: 'armored',
  });
  const options = { pgpKey: publicKey, manifest: true, nameTemplate: 'c-{number}.csv' };
  const cut = await cutWindow(deps, institution, destinationOf(institution, 'connections', options));
  assert.equal(cut.file?.fileName, 'c-1.csv.pgp');
  assert.equal(cut.rows, 1);
  const bytes = await bytesOf(deps, institution, cut.file?.stored);
  assert.equal(createHash('sha256').update(bytes).digest('hex'), cut.file?.sha256);
  const { data } = await openpgp.decrypt({
    message: await openpgp.readMessage({ binaryMessage: Uint8Array.from(bytes) }),
    decryptionKeys: await openpgp.readPrivateKey({ armoredKey: privateKey }),
    format: 'binary',
  });
  assert.match(Buffer.from(data as Uint8Array).toString(), /^externalId,.*\r\na,2026-05-01,.*Zoë/s);
  const spoilt = destinationOf(institution, 'connections', { pgpKey: 'no key' });
  await assert.rejects(cutWindow(deps, institution, spoilt), { code: 'bad-pgp-key' });
});

/** All files below the folder of the file store. */
const filesOf = (folder: string) =>
  readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => entry.name);

/** A store whose disk is full after so many bytes of a file, or when the n-th file is published. */
function fullStore(
  files: FileStore,
  { bytes = Infinity, publish = Infinity }: { bytes?: number; publish?: number },
): FileStore {
  let published = 0;
  const full = () => Object.assign(new Error('ENOSPC: no space left on device'), { code: 'ENOSPC' });
  return {
    ...files,
    createStaging: async (institutionId) => {
      const staging = await files.createStaging(institutionId);
      return {
        name: staging.name,
        write: async (buffers, position) => {
          if (position + buffers.reduce((sum, buffer) => sum + buffer.length, 0) > bytes) throw full();
          await staging.write(buffers, position);
        },
        read: (...args) => staging.read(...args),
        truncate: (size) => staging.truncate(size),
        size: () => staging.size(),
        flush: () => staging.flush(),
        publish: async () => {
          if (++published >= publish) throw full();
          return staging.publish();
        },
        discard: () => staging.discard(),
        setNote: (note) => staging.setNote(note),
        forgetNote: () => staging.forgetNote(),
      };
    },
  };
}

test('whatever fails while a window is cut, no bytes are left, and the next cut has everything', async () => {
  await using kit = await openWindowKit();
  const { deps, institution } = kit;
  await addConnections(
    kit,
    Array.from({ length: 40_000 }, (_, at) => ({ externalId: `E${at}`, school: 'x'.repeat(100) })),
  );
  const { publicKey } = await openpgp.generateKey({ userIDs: [{ name: 'R' }], date: new Date(0), format: 'armored' });
  const attempts: [what: string, limits: { bytes?: number; publish?: number }, file: Partial<FileOptions>][] = [
    ['in the middle of the rows', { bytes: 2_000_000 }, {}],
    ['in the middle of the encrypted rows', { bytes: 2_000_000 }, { pgpKey: publicKey }],
    ['at the end', { publish: 1 }, { manifest: true }],
    ['at the manifest', { publish: 2 }, { manifest: true }],
  ];
  for (const [what, limits, file] of attempts) {
    const full = { ...deps, files: fullStore(deps.files, limits) };
    const destination = destinationOf(institution, 'connections', file);
    await assert.rejects(cutWindow(full, institution, destination), { code: 'ENOSPC' }, what);
    assert.deepEqual(filesOf(deps.folder), [], what);
  }
  const cut = await cutWindow(deps, institution, destinationOf(institution, 'connections'));
  assert.equal(cut.rows, 40_000);
  assert.equal(filesOf(deps.folder).length, 1);
  await discardCut(deps, institution.id, cut);
  assert.deepEqual(filesOf(deps.folder), []);
  await commitWindow(deps, institution, 'connections', cut);
});

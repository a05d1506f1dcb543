// A large window: memory does not grow with it.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { FileOptions } from '../../src/domain/file-options.ts';
import { cutWindow, discardCut } from '../../src/outbound/cut-window.ts';
import { takeBatch } from '../../src/store/dataset-positions.ts';
import { destinationOf, openWindowKit, type WindowKit } from './windows-kit.ts';

const rows = 300_000;

async function fill({ deps, institution }: WindowKit): Promise<void> {
  await deps.db.transaction(async (tx) => {
    const batch = await takeBatch(tx, institution.id, 'connections');
    await tx.execute(
      `insert into connections (institution_id, id, external_id, batch, connected_at_text, connected_at, first_name, school, street,
         email, created_at, updated_at)
       select $1, lpad(to_hex(n), 32, '0')::uuid, 'E-' || n, $2, '2026-05-01', '2026-05-01', 'Zoë ' || n,
         repeat('Example “High” School, ', 20), 'a' || e'\n' || n, 'p' || n || '@example.com', now(), now()
       from generate_series(1, ${rows}) n`,
      [institution.id, batch],
    );
  });
}

/** The most memory that `work` took beyond what was taken before, in MiB. */
async function growth(work: () => Promise<void>): Promise<number> {
  const before = process.memoryUsage.rss();
  let most = before;
  const watch = setInterval(() => {
    most = Math.max(most, process.memoryUsage.rss());
  }, 10);
  await work();
  clearInterval(watch);
  return (most - before) / 2 ** 20;
}

test(`${rows} rows are written in memory that does not grow with them`, async () => {
  await using kit = await openWindowKit();
  const { deps, institution } = kit;
  await fill(kit);
  const cutOnce = async (file: Partial<FileOptions>) => {
    const cut = await cutWindow(deps, institution, destinationOf(institution, 'connections', file));
    assert.equal(cut.rows, rows);
    await discardCut(deps, institution.id, cut);
    return (cut.file?.bytes ?? 0) / 2 ** 20;
  };
  for (const file of [{}, { encoding: 'windows-1252' as const, quoting: 'all' as const }]) {
    let size = 0;
    const grown = await growth(async () => {
      size = await cutOnce(file);
    });
    assert.ok(size > 150, `the file has ${size} MiB`);
    assert.ok(grown < 128, `memory grew by ${grown} MiB for a file of ${size} MiB`);
  }
});

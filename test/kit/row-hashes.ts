// What contacts carry of hashes of rows, and what the snapshot of their feed says that they carry.

import { snapshotHashes } from '../../src/store/row-hash-snapshots.ts';
import { hashBytes, markBytes } from '../../src/store/row-hashes.ts';
import type { ImportKit } from './imports.ts';

/** Both in hex and sorted, without the mark; `kept` is null where no snapshot can be used. */
export async function rowHashesOf(kit: ImportKit): Promise<{ carried: string[]; kept: string[] | null }> {
  const { db, sealer } = kit.deps;
  const mark = Buffer.from(sealer.mac(kit.feedId, 'row-hash-feed').subarray(0, markBytes));
  const carried = await db.query<{ hash: Buffer }>(
    'select row_hash as hash from contacts where institution_id = $1 and row_hash is not null',
    [kit.institutionId],
  );
  let kept: Set<string> | null = null;
  await db.session(async (session) => {
    for await (const { kind, lost, got } of snapshotHashes(session, kit.institutionId, mark)) {
      kept ??= new Set();
      const skip = kind === 'delta' ? markBytes : 0;
      for (const hash of cut(lost, skip)) kept.delete(hash);
      for (const hash of cut(got, skip)) kept.add(hash);
    }
  });
  return {
    carried: carried.map(({ hash }) => hash.toString('hex', markBytes)).sort(),
    kept: kept === null ? null : [...(kept as Set<string>)].sort(),
  };
}

function cut(hashes: Buffer, skip: number): string[] {
  const found: string[] = [];
  for (let at = skip; at < hashes.length; at += skip + hashBytes)
    found.push(hashes.toString('hex', at, at + hashBytes));
  return found;
}

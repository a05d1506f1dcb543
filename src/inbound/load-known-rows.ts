// Fetches the hashes of rows whose outcome is known from the feed's snapshot, which is made where there is none.
// Invariant: a hash is known only while a contact carries it; the main thread is never held for more than some milliseconds.

import { setImmediate as turn } from 'node:timers/promises';
import type { Session } from '../db/connection.ts';
import { toItsEnd } from '../db/copy-lines.ts';
import type { InstitutionId } from '../domain/ids.ts';
import { planFor } from '../store/bulk-planning.ts';
import { lockContacts } from '../store/contacts.ts';
import { makeSnapshot, snapshotHashes } from '../store/row-hash-snapshots.ts';
import { hashBytes, markBytes } from '../store/row-hashes.ts';
import { gatherHashes, type HashGatherer, type HashRoom, type KnownHashes } from './known-hashes.ts';

/** For a smaller file, looking at its rows costs less than fetching what is known of the institution. */
const bytesToCompare = 256 * 1024;
/** Hashes that are looked at before others get a turn: some milliseconds. */
const hashesInTurn = 16_384;

/** Null when the file is too small for it, or nothing is known. */
export async function loadKnownRows(
  session: Session,
  file: { institutionId: InstitutionId; size: number; room: HashRoom },
  mark: Buffer,
): Promise<KnownHashes | null> {
  const { institutionId, size, room } = file;
  if (size < bytesToCompare) return null;
  const kept = await fromSnapshot(session, institutionId, mark, room);
  if (kept !== 'none') return kept;
  await session.transaction(async (tx) => {
    await lockContacts(tx, institutionId, null);
    await planFor(tx, 'all');
    await makeSnapshot(tx, institutionId, mark);
  });
  const made = await fromSnapshot(session, institutionId, mark, room);
  return made === 'none' ? null : made;
}

async function fromSnapshot(
  session: Session,
  institutionId: InstitutionId,
  mark: Buffer,
  room: HashRoom,
): Promise<KnownHashes | null | 'none'> {
  let isThere = false;
  let hashes: HashGatherer | null = null;
  try {
    for await (const { kind, lost, got, most } of toItsEnd(snapshotHashes(session, institutionId, mark))) {
      isThere = true;
      if (kind === 'state') hashes = most === 0 ? null : await gatherHashes(most, room);
      else if (hashes === null) continue;
      else if (kind === 'piece') await gather(hashes, 'add', got);
      else {
        await gather(hashes, 'drop', ofFeed(lost, mark));
        await gather(hashes, 'add', ofFeed(got, mark));
      }
    }
    if (!isThere) return 'none';
    return hashes && (await hashes.end());
  } catch (error) {
    await hashes?.discard();
    throw error;
  }
}

async function gather(to: HashGatherer, how: 'add' | 'drop', hashes: Buffer): Promise<void> {
  for (let from = 0; from < hashes.length; from += hashesInTurn * hashBytes) {
    to[how](hashes.subarray(from, from + hashesInTurn * hashBytes));
    await to.settle();
    await turn();
  }
}

/** Of marks and hashes, the hashes that have this mark. */
function ofFeed(changes: Buffer, mark: Buffer): Buffer {
  const length = markBytes + hashBytes;
  const found = Buffer.allocUnsafe((changes.length / length) * hashBytes);
  const wanted = mark.readInt32LE();
  let end = 0;
  for (let at = 0; at < changes.length; at += length)
    if (changes.readInt32LE(at) === wanted) end += changes.copy(found, end, at + markBytes, at + length);
  return found.subarray(0, end);
}

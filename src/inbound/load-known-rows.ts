// Fetches the hashes of rows whose outcome is known from the feed's snapshot, which is made where there is none.
// Invariant: a hash is known only while a contact carries it; the main thread is never held for more than some milliseconds.

import { setImmediate as turn } from 'node:timers/promises';
import type { Session } from '../db/connection.ts';
import type { InstitutionId } from '../domain/ids.ts';
import { planFor } from '../store/bulk-planning.ts';
import { lockContacts } from '../store/contacts.ts';
import { makeSnapshot, snapshotHashes } from '../store/row-hash-snapshots.ts';
import { hashBytes, markBytes } from '../store/row-hashes.ts';
import { KnownRows, mostKnownRows } from './known-rows.ts';

/** For a smaller file, looking at its rows costs less than fetching what is known of the institution. */
const bytesToCompare = 256 * 1024;
/** Hashes that are put into the table before others get a turn: some milliseconds. */
const hashesInTurn = 16_384;

/** Null when the file is too small for it, or nothing is known. */
export async function loadKnownRows(
  session: Session,
  { institutionId, size }: { institutionId: InstitutionId; size: number },
  mark: Buffer,
): Promise<KnownRows | null> {
  if (size < bytesToCompare) return null;
  const kept = await fromSnapshot(session, institutionId, mark);
  if (kept !== 'none') return kept;
  await session.transaction(async (tx) => {
    await lockContacts(tx, institutionId, null);
    await planFor(tx, 'all');
    await makeSnapshot(tx, institutionId, mark);
  });
  const made = await fromSnapshot(session, institutionId, mark);
  return made === 'none' ? null : made;
}

async function fromSnapshot(
  session: Session,
  institutionId: InstitutionId,
  mark: Buffer,
): Promise<KnownRows | null | 'none'> {
  const pieces: Buffer[] = [];
  const deltas: { lost: Buffer; got: Buffer }[] = [];
  let count = 0;
  let isThere = false;
  for await (const { kind, lost, got } of snapshotHashes(session, institutionId, mark)) {
    isThere = true;
    const hashes = kind === 'delta' ? ofFeed(got, mark) : got;
    if (kind === 'delta') deltas.push({ lost: ofFeed(lost, mark), got: hashes });
    // The rest finds no room.
    else if (count < mostKnownRows) pieces.push(hashes);
    count += hashes.length / hashBytes;
  }
  if (!isThere) return 'none';
  if (count === 0) return null;
  const known = KnownRows.withRoomFor(count);
  for (const piece of pieces) await inTurns(piece, (hashes) => known.add(hashes));
  for (const { lost, got } of deltas) {
    await inTurns(lost, (hashes) => known.drop(hashes));
    await inTurns(got, (hashes) => known.add(hashes));
  }
  return known;
}

/** Of marks and hashes, the hashes that have this mark. */
function ofFeed(changes: Buffer, mark: Buffer): Buffer {
  const length = markBytes + hashBytes;
  const found: Buffer[] = [];
  for (let at = 0; at < changes.length; at += length)
    if (mark.equals(changes.subarray(at, at + markBytes))) found.push(changes.subarray(at + markBytes, at + length));
  return Buffer.concat(found);
}

async function inTurns(hashes: Buffer, work: (some: Buffer) => void): Promise<void> {
  for (let from = 0; from < hashes.length; from += hashesInTurn * hashBytes) {
    work(hashes.subarray(from, from + hashesInTurn * hashBytes));
    await turn();
  }
}

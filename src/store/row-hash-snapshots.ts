// The tables `row_hash_pieces`, `row_hash_states` and `row_hash_deltas`: the hashes that contacts carry, as few long values.
// Invariant: a snapshot is used only when a delta accounts for every batch of contacts since; who changes contacts without
// leaving one makes it useless, never wrong.

import type { Session, Tx } from '../db/connection.ts';
import { copyIn, copyOut } from '../db/copy.ts';
import { recordsOf } from '../db/copy-records.ts';
import type { InstitutionId } from '../domain/ids.ts';
import { rowHash } from './import-apply.ts';
import { isUpdate } from './import-plan-outcome.ts';
import { hashBytes, markBytes } from './row-hashes.ts';
import { uuidLiteral } from './window-columns.ts';

/** Deltas of a snapshot may have so many bytes and half of what it has itself, and be so many; then it is made anew. */
const freeDeltaBytes = 4 * 1024 * 1024;
const mostDeltas = 5000;

/** Lines of COPY text of the pieces: institution, mark, number of the piece, hashes. */
export function piecesText(institutionId: string, mark: string, piece: number, hashes: string): string {
  return `${institutionId}\t\\\\x${mark}\t${piece}\t\\\\x${hashes}\n`;
}

export async function copyPieces(tx: Session | Tx, text: Buffer): Promise<number> {
  return copyIn(tx, 'copy row_hash_pieces (institution_id, mark, piece, hashes) from stdin', [text]);
}

/** 64 KiB: as long values go, long enough. */
export const hashesInPiece = 4096;

/**
 * That there is a snapshot, and the most hashes that can come (`most`); a piece of it (`got`: hashes without mark); or a delta
 * (marks and hashes that went and that came).
 */
export type HashChange = { kind: 'state' | 'piece' | 'delta'; lost: Buffer; got: Buffer; most: number };

const kinds = ['state', 'piece', 'delta'] as const;

/** State, pieces and the deltas behind them, in order; nothing when there is none that can be used. One statement sees one state. */
export async function* snapshotHashes(
  session: Session | Tx,
  institutionId: InstitutionId,
  mark: Buffer,
): AsyncGenerator<HashChange> {
  const institution = uuidLiteral(institutionId);
  const feed = `'\\x${mark.toString('hex')}'::bytea`;
  const records = copyOut(
    session,
    `copy (
       with state as (
         select * from row_hash_states where institution_id = ${institution} and mark = ${feed}
       ), deltas as materialized (
         select d.* from row_hash_deltas d join state s on d.seq > s.seq where d.institution_id = ${institution}
       ), usable as (
         select from state s
         where (select coalesce(max(last_batch), 0) from dataset_positions
                where institution_id = ${institution} and dataset = 'contacts')
             = s.batch + (select count(*) from deltas where batch > s.batch)
           and (select count(*) from deltas) <= ${mostDeltas}
           and (select coalesce(sum(octet_length(lost) + octet_length(got)), 0) from deltas) <= ${freeDeltaBytes} + s.hashes * 8
       )
       select kind, lost, got, most::bigint from (
         select 0 as kind, 0 as n, ''::bytea as lost, ''::bytea as got,
           (select coalesce(sum(octet_length(hashes)), 0) / ${hashBytes} from row_hash_pieces
            where institution_id = ${institution} and mark = ${feed})
           + (select coalesce(sum(octet_length(got)), 0) / ${markBytes + hashBytes} from deltas) as most
         from usable
         union all
         select 1, piece, '', hashes, 0 from row_hash_pieces
         where institution_id = ${institution} and mark = ${feed} and exists (select from usable)
         union all
         select 2, seq, lost, got, 0 from deltas where exists (select from usable)
         order by kind, n) x
     ) to stdout (format binary)`,
  );
  for await (const [kind, lost, got, most] of recordsOf(records)) {
    if (!kind || !lost || !got || !most) throw new Error('a snapshot of hashes has a value that is null');
    yield { kind: kinds[kind.readInt32BE()] ?? 'state', lost, got, most: Number(most.readBigInt64BE()) };
  }
}

/**
 * Makes the pieces of the feed from what contacts carry; call it under the lock of the contacts. In the order of their ids, which is
 * that of the files that they came in: a file mostly comes in that order again.
 */
export async function makeSnapshot(tx: Tx, institutionId: InstitutionId, mark: Buffer): Promise<void> {
  await dropPieces(tx, institutionId, mark);
  const pieces = await tx.query<{ bytes: number }>(
    `insert into row_hash_pieces (institution_id, mark, piece, hashes)
     select $1, $2, n / ${hashesInPiece}, string_agg(substring(row_hash from ${markBytes + 1}), ''::bytea order by n)
     from (
       select row_number() over (order by id) - 1 as n, row_hash from contacts
       where institution_id = $1 and row_hash between $2 and $3) x
     group by 3 returning octet_length(hashes) as bytes`,
    [institutionId, mark, Buffer.concat([mark, Buffer.alloc(hashBytes, 0xff)])],
  );
  const bytes = pieces.reduce((sum, piece) => sum + piece.bytes, 0);
  await keepSnapshot(tx, institutionId, mark, bytes / hashBytes);
}

/**
 * Says that the pieces of the feed are what contacts carry now; call it under the lock of the contacts, after the batch of the
 * transaction was taken. What was needed for older snapshots goes, and with it those of other feeds that were not up to date.
 */
export async function keepSnapshot(tx: Tx, institutionId: InstitutionId, mark: Buffer, hashes: number): Promise<void> {
  await tx.execute(
    `delete from row_hash_states s where s.institution_id = $1
       and (s.mark = $2 or exists (select from row_hash_deltas d where d.institution_id = $1 and d.seq > s.seq))`,
    [institutionId, mark],
  );
  await tx.execute(
    `insert into row_hash_states (institution_id, mark, batch, seq, hashes)
     select $1, $2,
       coalesce((select last_batch from dataset_positions where institution_id = $1 and dataset = 'contacts'), 0),
       coalesce((select max(seq) from row_hash_deltas where institution_id = $1), 0), $3`,
    [institutionId, mark, hashes],
  );
  await tx.execute('delete from row_hash_deltas where institution_id = $1', [institutionId]);
}

/** Forgets the pieces of a feed, before others are made or because they will not be. */
export async function dropPieces(tx: Tx, institutionId: InstitutionId, mark: Buffer): Promise<void> {
  await tx.execute('delete from row_hash_states where institution_id = $1 and mark = $2', [institutionId, mark]);
  await tx.execute('delete from row_hash_pieces where institution_id = $1 and mark = $2', [institutionId, mark]);
}

/** A contact was changed by hand: what it carried is gone. `batch` is that of the change. */
export async function leaveHash(
  tx: Tx,
  institutionId: InstitutionId,
  { batch, hash }: { batch: number; hash: Buffer | null },
): Promise<void> {
  await tx.execute(
    `insert into row_hash_deltas (institution_id, batch, lost, got)
     select $1, $2, coalesce($3::bytea, ''::bytea), ''::bytea where exists (select from row_hash_states where institution_id = $1)`,
    [institutionId, batch, hash],
  );
}

/** More changes than that are not kept: the next import makes the snapshot anew. */
const mostInDelta = 200_000;

/**
 * What contacts lost and got by the plan that was applied. `batch`: that of the transaction, null when the snapshot has it
 * already or there is none.
 */
export async function addPlanDelta(
  tx: Tx,
  institutionId: InstitutionId,
  { batch, changes }: { batch: number | null; changes: number },
): Promise<void> {
  if (changes > mostInDelta)
    return void (await tx.execute('delete from row_hash_states where institution_id = $1', [institutionId]));
  await tx.execute(
    `insert into row_hash_deltas (institution_id, batch, lost, got)
     select $1, $2,
       coalesce((select string_agg(hash, '') from (
         select p.old_hash as hash from planned p where p.old_hash is not null and not p.is_new and ${isUpdate}
         union all select lost from carried where lost is not null) l), ''),
       coalesce((select string_agg(hash, '') from (
         select ${rowHash} as hash from planned p join staged_rows s on s.row_number = p.row_number
         where s.row_hash is not null and (p.is_new or ${isUpdate})
         union all select got from carried) g), '')
     where exists (select from row_hash_states where institution_id = $1)`,
    [institutionId, batch],
  );
}

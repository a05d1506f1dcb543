// The hashes of rows that contacts carry: what the file's row was that made a contact as it is.
// Invariant: a contact carries a hash only while it is as that row left it; whoever changes a contact drops it.

import type { Tx } from '../db/connection.ts';
import { copyOut } from '../db/copy.ts';
import { recordsOf } from '../db/copy-records.ts';
import type { InstitutionId } from '../domain/ids.ts';
import { byPlace, joinRecords, type Lookup, matchRecords } from './bulk-planning.ts';

/** A stored hash is the mark of the feed (4 bytes) and the hash of the row (16 bytes). */
export const markBytes = 4;
export const hashBytes = 16;

/** Rows of the file whose contacts' hashes are told together: a MiB at most. */
const rowsTogether = 65_536;

/** The hashes of the feed, without its mark, that contacts carry which staged rows name (before `dropIdle`): 16 bytes each, one behind the other. */
export async function* namedHashes(tx: Tx, mark: Buffer): AsyncGenerator<Buffer> {
  const records = copyOut(
    tx,
    `copy (
       select string_agg(substring(old_hash from ${markBytes + 1}), '') from planned
       where old_hash ${isOfFeed(mark)} group by row_number / ${rowsTogether}) to stdout (format binary)`,
  );
  for await (const [hashes] of recordsOf(records)) if (hashes) yield hashes;
}

/** The CRM IDs of the contacts among them that carry these hashes. */
export async function namedCrmIds(
  tx: Tx,
  mark: Buffer,
  hashes: readonly Buffer[],
): Promise<{ hash: Buffer; crmId: string }[]> {
  return tx.query(
    `select distinct h.hash, s.crm_id as "crmId" from unnest($1::bytea[]) h(hash) join planned p on p.old_hash = $2::bytea || h.hash
     join staged_rows s on s.row_number = p.row_number`,
    [hashes, mark],
  );
}

/**
 * Gives how many contacts changed what they carry; what it was and is stands in `carried`.
 *
 * Contacts that staged rows left as they are carry these rows' hashes from now on, unless another feed's row made them what
 * they are: two feeds that send the same contacts would otherwise rewrite them in turns.
 */
export async function carryRowHashes(
  tx: Tx,
  institutionId: InstitutionId,
  { mark, lookup }: { mark: Buffer; lookup: Lookup },
): Promise<number> {
  const carried = await tx.execute(
    `insert into carried
     select c.id, c.row_hash, s.row_hash from staged_rows s ${joinRecords(lookup, 'join', 'crm_id', 's.crm_id')}
     where s.row_hash is not null and not s.skipped
       and c.row_hash is distinct from s.row_hash and (c.row_hash is null or c.row_hash ${isOfFeed(mark)})
       and not exists (select from lost l where l.row_number = s.row_number)
       and not exists (select from planned p where p.row_number = s.row_number)`,
    [institutionId],
  );
  if (carried === 0) return 0;
  const { from, on } = matchRecords(lookup, 'carried x', 'x.contact_id');
  const sql = `update contacts c set row_hash = x.got from ${from} where (c.institution_id = $1) is true and ${on}`;
  return byPlace(tx, lookup, () => tx.execute(sql, [institutionId]));
}

/** The hashes of a feed are those between its mark with zeros and its mark with ones. COPY takes no parameters. */
export function isOfFeed(mark: Buffer): string {
  if (mark.length !== markBytes) throw new Error('not the mark of a feed');
  const hex = mark.toString('hex');
  return `between '\\x${hex}' and '\\x${hex}${'ff'.repeat(hashBytes)}'`;
}

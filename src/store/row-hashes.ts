// The hashes of rows that contacts carry: what the file's row was that made a contact as it is.
// Invariant: a contact carries a hash only while it is as that row left it; whoever changes a contact drops it.

import type { Session, Tx } from '../db/connection.ts';
import { copyOut } from '../db/copy.ts';
import { linesOf } from '../db/copy-lines.ts';
import type { InstitutionId } from '../domain/ids.ts';
import { byPlace, joinRecords, type Lookup, matchRecords, unplanned } from './bulk-planning.ts';
import { uuidLiteral } from './window-columns.ts';

/** A stored hash is the mark of the feed (4 bytes) and the hash of the row (16 bytes). */
export const markBytes = 4;
export const hashBytes = 16;

/**
 * The hashes of the feed that contacts carry whom the staged rows name by their CRM IDs, without the mark, one behind the other:
 * in pieces of a megabyte at most, in the order of the file.
 */
export async function* namedHashes(
  session: Session | Tx,
  institutionId: InstitutionId,
  mark: Buffer,
  lookup: Lookup,
): AsyncGenerator<Buffer> {
  const lines = copyOut(
    session,
    `copy (
       select encode(string_agg(substring(c.row_hash from ${markBytes + 1}), ''), 'hex')
       from staged_rows s ${namedBy(institutionId, lookup)}
       where c.row_hash ${isOf(mark)} group by s.row_number >> 16) to stdout`,
  );
  for await (const line of linesOf(lines)) yield Buffer.from(line, 'hex');
}

/** The contacts among them that carry these hashes, each once: hash in hex, and CRM ID as COPY text. */
export async function* namedContacts(
  session: Session | Tx,
  institutionId: InstitutionId,
  mark: Buffer,
  lookup: Lookup,
  hashes: readonly string[],
): AsyncGenerator<{ hash: string; crmIdText: string }> {
  const stored = hashes.map((hash) => `'\\x${mark.toString('hex')}${hash}'`).join(', ');
  const lines = copyOut(
    session,
    `copy (
       select distinct encode(substring(c.row_hash from ${markBytes + 1}), 'hex'), c.crm_id
       from staged_rows s ${namedBy(institutionId, lookup)}
       where c.row_hash in (${stored})) to stdout`,
  );
  for await (const line of linesOf(lines)) {
    const tab = line.indexOf('\t');
    yield { hash: line.slice(0, tab), crmIdText: line.slice(tab + 1) };
  }
}

/** COPY takes no parameters. */
function namedBy(institutionId: InstitutionId, lookup: Lookup): string {
  return joinRecords(lookup, 'join', 'crm_id', 's.crm_id', { institution: unplanned(uuidLiteral(institutionId)) });
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
       and c.row_hash is distinct from s.row_hash and (c.row_hash is null or c.row_hash ${isOf(mark)})
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
function isOf(mark: Buffer): string {
  if (mark.length !== markBytes) throw new Error('not the mark of a feed');
  const hex = mark.toString('hex');
  return `between '\\x${hex}' and '\\x${hex}${'ff'.repeat(hashBytes)}'`;
}

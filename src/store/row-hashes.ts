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

/** Of a contact that staged rows name by its CRM ID: the hash that it carries, without the mark, and the CRM ID as COPY text. */
export type NamedContact = { hash: Buffer; crmIdText: string };

/** The contacts that the staged rows name and that carry a hash of the feed: in the order of the file, each as often as it is named. */
export async function* namedContacts(
  session: Session | Tx,
  institutionId: InstitutionId,
  mark: Buffer,
  lookup: Lookup,
): AsyncGenerator<NamedContact> {
  const institution = unplanned(uuidLiteral(institutionId));
  const lines = copyOut(
    session,
    `copy (
       select encode(substring(c.row_hash from ${markBytes + 1}), 'hex'), c.crm_id
       from staged_rows s ${joinRecords(lookup, 'join', 'crm_id', 's.crm_id', { institution })}
       where c.row_hash ${isOf(mark)}) to stdout`,
  );
  for await (const line of linesOf(lines)) {
    const tab = line.indexOf('\t');
    yield { hash: Buffer.from(line.slice(0, tab), 'hex'), crmIdText: line.slice(tab + 1) };
  }
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

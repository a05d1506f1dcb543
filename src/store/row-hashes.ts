// The hashes of rows that contacts carry: what the file's row was that made a contact as it is.
// Invariant: a contact carries a hash only while it is as that row left it; whoever changes a contact drops it.

import { StringDecoder } from 'node:string_decoder';
import type { Session, Tx } from '../db/connection.ts';
import { copyOut } from '../db/copy.ts';
import type { InstitutionId } from '../domain/ids.ts';
import { joinContacts, type Lookup, matchContacts, unplanned } from './bulk-planning.ts';
import { uuidLiteral } from './window-columns.ts';

/** A stored hash is the mark of the feed (4 bytes) and the hash of the row (16 bytes). */
export const markBytes = 4;
export const hashBytes = 16;

/** The hashes, without the mark, that the feed's rows have left in contacts: pieces of any number of whole hashes. */
export async function* rowHashes(
  session: Session | Tx,
  institutionId: InstitutionId,
  mark: Buffer,
): AsyncGenerator<Buffer> {
  // As some hundred long values: a message of COPY for each contact would take twice as long.
  const lines = copyOut(
    session,
    `copy (
       select encode(string_agg(substring(row_hash from ${markBytes + 1}), ''::bytea), 'hex') from contacts
       where institution_id = ${unplanned(uuidLiteral(institutionId))} and row_hash ${isOf(mark)}
       group by get_byte(row_hash, ${markBytes})) to stdout`,
  );
  for await (const line of linesOf(lines)) yield Buffer.from(line, 'hex');
}
/** Of a contact that staged rows name by its CRM ID: the hash that it carries, without the mark, and the CRM ID as COPY text. */
export type NamedContact = { hash: Buffer; crmIdText: string };

/** The contacts that the staged rows name and that carry a hash of the feed, each once. */
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
       from (select distinct crm_id from staged_rows where crm_id is not null) s
       ${joinContacts(lookup, 'join', 'crm_id', 's.crm_id', institution)}
       where c.row_hash ${isOf(mark)}) to stdout`,
  );
  for await (const line of linesOf(lines)) {
    const tab = line.indexOf('\t');
    yield { hash: Buffer.from(line.slice(0, tab), 'hex'), crmIdText: line.slice(tab + 1) };
  }
}

/**
 * Contacts that staged rows left as they are carry these rows' hashes from now on, unless another feed's row made them what
 * they are: two feeds that send the same contacts would otherwise rewrite them in turns.
 */
export async function carryRowHashes(
  tx: Tx,
  institutionId: InstitutionId,
  { mark, lookup }: { mark: Buffer; lookup: Lookup },
): Promise<void> {
  const { from, on } = matchContacts(lookup, 'staged_rows s', 'crm_id', 's.crm_id');
  await tx.execute(
    `update contacts c set row_hash = s.row_hash
     from ${from} where c.institution_id = $1 and ${on} and s.row_hash is not null and not s.skipped
       and c.row_hash is distinct from s.row_hash and (c.row_hash is null or c.row_hash ${isOf(mark)})
       and not exists (select from lost l where l.row_number = s.row_number)
       and not exists (select from planned p where p.row_number = s.row_number)`,
    [institutionId],
  );
}

/** The hashes of a feed are those between its mark with zeros and its mark with ones. COPY takes no parameters. */
function isOf(mark: Buffer): string {
  if (mark.length !== markBytes) throw new Error('not the mark of a feed');
  const hex = mark.toString('hex');
  return `between '\\x${hex}' and '\\x${hex}${'ff'.repeat(hashBytes)}'`;
}

/** Lines of COPY text: a line feed in a value is escaped. */
async function* linesOf(chunks: AsyncIterable<Buffer>): AsyncGenerator<string> {
  const decoder = new StringDecoder('utf8');
  let begun = '';
  for await (const chunk of chunks) {
    const parts = (begun + decoder.write(chunk)).split('\n');
    begun = parts.pop() ?? '';
    yield* parts;
  }
}

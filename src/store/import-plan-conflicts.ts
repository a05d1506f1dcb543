// Rule 4 of the plan: phones and CRM IDs are unique in an institution, judged on the state after the file (ruling 7).
// Invariant: afterwards no two contacts of the state after the file share a phone or a CRM ID, and only rows that had to lose did.

import type { Tx } from '../db/connection.ts';
import type { InstitutionId } from '../domain/ids.ts';
import { joinRecords, type Lookup } from './bulk-planning.ts';

const stillIn = 'not exists (select from lost l where l.row_number = p.row_number)';

/**
 * Skips the rows whose phone or CRM ID somebody else has after the file, until nothing changes:
 * 1. rows that take what a contact has that does not let go of it in this file,
 * 2. rows that counted on one that was skipped: its contact keeps what it has,
 * 3. of several rows that take one phone, all but the lowest; then rule 2 again.
 *
 * A loser never comes back: what it wanted stays taken. (Only where CRM IDs change by Causeway ID in the same file can the phone
 * that it lost to a lower row end up free, when that row falls by its CRM ID afterwards.)
 */
export async function loseConflicts(tx: Tx, institutionId: InstitutionId, lookup: Lookup): Promise<void> {
  await loseToHolders(tx, institutionId, lookup);
  await loseFollowers(tx);
  if (await loseToLowerRows(tx)) await loseFollowers(tx);
}

async function loseToHolders(tx: Tx, institutionId: InstitutionId, lookup: Lookup): Promise<void> {
  await tx.execute(
    `insert into lost (row_number, code)
     select p.row_number, 'duplicate-contact' from planned p ${joinRecords(lookup, 'join', 'phone', 'p.new_phone')}
     where p.new_phone is not null
       and not exists (select from planned r where r.contact_id = c.id and r.old_phone is distinct from r.new_phone)
     union all
     select p.row_number, 'contact-id-conflict' from planned p ${joinRecords(lookup, 'join', 'crm_id', 'p.new_crm')}
     where p.new_crm is not null
       and not exists (select from planned r where r.contact_id = c.id and r.new_crm is not null)`,
    [institutionId],
  );
}

async function loseToLowerRows(tx: Tx): Promise<boolean> {
  const lost = await tx.execute(`
    insert into lost (row_number, code, first_row)
    select p.row_number, 'duplicate-contact', d.first_row
    from planned p join (
      select p.new_phone, min(p.row_number) as first_row from planned p
      where p.new_phone is not null and ${stillIn} group by p.new_phone having count(*) > 1
    ) d on d.new_phone = p.new_phone
    where p.row_number > d.first_row and ${stillIn}`);
  return lost > 0;
}

/**
 * Rule 2. It may go on along a chain as long as the file (a column that slipped by one row in a spreadsheet makes one), so that
 * it is one recursive statement.
 */
async function loseFollowers(tx: Tx): Promise<void> {
  await tx.execute('drop table if exists pg_temp.fallen');
  const letGo = await tx.execute(`
    create temp table fallen on commit drop as
    select p.row_number, null::text as code, p.old_phone, p.old_crm
    from lost l join planned p on p.row_number = l.row_number
    where p.old_phone is not null or p.old_crm is not null`);
  if (letGo === 0) return;
  await tx.execute('create index if not exists planned_new_phone on planned (new_phone) where new_phone is not null');
  await tx.execute('create index if not exists planned_new_crm on planned (new_crm) where new_crm is not null');
  // Only nested loops over the two indexes make a step cost what it changes and not what the file holds.
  const planner = ['enable_hashjoin', 'enable_mergejoin', 'enable_seqscan'];
  const loops = await tx.queryOne<{ loops: string }>(`select current_setting('enable_nestloop') as loops`);
  await tx.execute('set local enable_nestloop = on');
  for (const setting of planner) await tx.execute(`set local ${setting} = off`);
  await tx.execute(`
    with recursive chain as (
      select row_number, code, old_phone, old_crm from fallen
      union
      select t.row_number, t.code, t.old_phone, t.old_crm
      from chain f cross join lateral (
        select p.row_number, 'duplicate-contact' as code, p.old_phone, p.old_crm
        from planned p where p.new_phone = f.old_phone and p.new_phone is not null
        union all
        select p.row_number, 'contact-id-conflict', p.old_phone, p.old_crm
        from planned p where p.new_crm = f.old_crm and p.new_crm is not null) t
    )
    insert into fallen select row_number, code, old_phone, old_crm from chain where code is not null`);
  for (const setting of planner) await tx.execute(`set local ${setting} = on`);
  await tx.execute(`set local enable_nestloop = ${loops?.loops === 'off' ? 'off' : 'on'}`);
  await tx.execute(`
    insert into lost (row_number, code)
    select f.row_number, f.code from fallen f
    where f.code is not null and not exists (select from lost l where l.row_number = f.row_number)`);
}

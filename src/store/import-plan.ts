// The plan of an import, as temporary tables beside the staged rows: `planned` (rows that would change something) and
// `lost` (rows that the plan skips). Invariant: nothing of an institution is written here, so that a plan can be thrown away.

import type { Tx } from '../db/connection.ts';
import type { ImportId, InstitutionId } from '../domain/ids.ts';
import { joinNamed, joinRecords, type Lookup, planFor } from './bulk-planning.ts';
import type { StagedField } from './import-staging.ts';
import { isOfFeed } from './row-hashes.ts';

/**
 * Makes the plan's tables, which end with the transaction.
 * - `planned`: an active row that is new or differs from its contact, which was found at `place` (null when all were looked at). `old_phone` and `new_phone` (`old_crm`, `new_crm`)
 *   are equal, or both null, when the phone (the CRM ID) stays as it is. `changes` is `{field: [old, new]}` of a contact that is there.
 *   Until `dropIdle`, rows that do nothing (`acts` is false) stand there too when their contact carries a hash of the feed (`old_hash`).
 * - `carried`: a contact that stays as it is and carries the hash of another row from now on (`row_hash`).
 * - `lost`: a row that the plan skips, and why. `already` when validation had skipped it before.
 */
export async function createPlanTables(tx: Tx): Promise<void> {
  await tx.execute(`
    create temp table lost (
      row_number int not null, code text not null, first_row int, already boolean not null default false
    ) on commit drop`);
  await tx.execute(`
    create temp table planned (
      row_number int not null, contact_id uuid not null, is_new boolean not null, differs boolean not null,
      old_phone text collate "C", new_phone text collate "C", old_crm text collate "C", new_crm text collate "C",
      phone_kept boolean not null, opt_out_kept boolean not null, old_hash bytea, place tid, changes jsonb,
      acts boolean not null
    ) on commit drop`);
  await tx.execute(`
    create temp table carried (contact_id uuid not null, lost bytea, got bytea not null) on commit drop`);
}

/** Rule 1: of several rows with one CRM ID the first has it, even when it was skipped itself (ruling 7). */
export async function loseRepeatedCrmIds(tx: Tx): Promise<void> {
  await tx.execute(`
    insert into lost (row_number, code, first_row, already)
    select s.row_number, 'duplicate-unique-id-crmId', d.first_row, s.skipped
    from staged_rows s join (
      select crm_id, min(row_number) as first_row from staged_rows
      where crm_id is not null group by crm_id having count(*) > 1) d on d.crm_id = s.crm_id
    where s.row_number > d.first_row and not exists (select from lost l where l.row_number = s.row_number)`);
}

/** Rule 1 once more, when rows were staged after the plan of the others was made. What they take part in is looked at in any case. */
export async function loseToKept(tx: Tx): Promise<void> {
  await tx.execute(`delete from lost where code = 'duplicate-unique-id-crmId'`);
  await loseRepeatedCrmIds(tx);
  await tx.execute('delete from planned p using lost l where l.row_number = p.row_number');
}

/** Rule 1 where rows of the file have become contacts already: they were the first with their CRM IDs. */
export async function loseToCopied(
  tx: Tx,
  institutionId: InstitutionId,
  { importId, lookup }: { importId: ImportId; lookup: Lookup },
): Promise<void> {
  await tx.execute(
    `insert into lost (row_number, code, first_row, already)
     select s.row_number, 'duplicate-unique-id-crmId', c.created_row, s.skipped
     from staged_rows s ${joinRecords(lookup, 'join', 'crm_id', 's.crm_id')} where c.created_import_id = $2`,
    [institutionId, importId],
  );
}

const isActive = `not s.skipped and not exists (select from lost l where l.row_number = s.row_number)`;

/**
 * Rule 2 for files with Causeway IDs: finds the contact of every active row, by Causeway ID where it is given and by CRM ID
 * elsewhere. A Causeway ID that is nobody's skips the row, as does a contact that an earlier row has already.
 */
export async function matchByCausewayId(tx: Tx, institutionId: InstitutionId, lookup: Lookup): Promise<void> {
  await tx.execute('create temp table matched (row_number int not null, contact_id uuid not null) on commit drop');
  await tx.execute(
    `insert into lost (row_number, code)
     select s.row_number, 'unknown-contact-id' from staged_rows s
     where s.causeway_id is not null and ${isActive} and not exists (
       select from contacts c where c.institution_id = $1 and c.id = s.causeway_id)`,
    [institutionId],
  );
  await tx.execute(
    `insert into matched
     select s.row_number, s.causeway_id from staged_rows s where s.causeway_id is not null and ${isActive}
     union all
     select s.row_number, c.id from staged_rows s ${joinRecords(lookup, 'join', 'crm_id', 's.crm_id')}
     where s.causeway_id is null and ${isActive}`,
    [institutionId],
  );
  await tx.execute(`
    insert into lost (row_number, code, first_row)
    select m.row_number, 'duplicate-unique-id-causewayId', d.first_row
    from matched m join (
      select contact_id, min(row_number) as first_row from matched group by contact_id having count(*) > 1
    ) d on d.contact_id = m.contact_id
    where m.row_number > d.first_row`);
}

/**
 * Rules 2, 3 and 5: joins every active row with its contact and keeps in `planned` those that are new or differ. A phone that
 * is the contact's previous one is not a change (`phone_kept`), and an opt-out is never taken back (`opt_out_kept`). `mark`: of the
 * feed, when rows that do nothing, skipped ones too, are to be kept for the sake of the hashes that their contacts carry. `rows`: of the file.
 */
export async function planRows(
  tx: Tx,
  institutionId: InstitutionId,
  {
    fields,
    byCausewayId,
    lookup,
    mark,
    rows,
  }: { fields: readonly StagedField[]; byCausewayId: boolean; lookup: Lookup; mark: Buffer | null; rows: number },
): Promise<void> {
  const byId = `left join matched m on m.row_number = s.row_number ${joinRecords(lookup, 'left join', 'id', 'm.contact_id')}`;
  const { join, plannedFor } = byCausewayId ? { join: byId, plannedFor: lookup } : joinNamed(lookup, rows);
  const anyLost = (await tx.query('select from lost limit 1')).length > 0;
  const differs = [...fields.map(fieldDiffers), customDiffers].join(' or ');
  const optOutKept = fields.some((field) => field.name === 'textOptOut')
    ? `coalesce(c.text_opt_out and s.text_opt_out = 'false', false)`
    : 'false';
  const acts = `(not s.skipped
    and (c.id is null or x.differs or x.phone_changes or x.phone_kept or x.opt_out_kept or c.crm_id <> s.crm_id))`;
  await planFor(tx, plannedFor);
  await tx.execute(
    `insert into planned
     select s.row_number, coalesce(c.id, s.new_id), c.id is null, x.differs,
       case when x.phone_changes then c.phone end, case when x.phone_changes then nullif(s.phone, '') end,
       case when c.crm_id <> s.crm_id then c.crm_id end, case when c.crm_id <> s.crm_id then s.crm_id end,
       x.phone_kept, x.opt_out_kept, c.row_hash, ${lookup === 'each' ? 'c.place' : 'null'},
       case when c.id is not null and (x.differs or x.phone_changes or c.crm_id <> s.crm_id) then ${changesOf(fields)} end,
       ${acts}
     from staged_rows s ${join}
     cross join lateral (select
       coalesce(c.id is not null and (${differs}), false) as differs,
       coalesce(c.previous_phone = s.phone and c.phone is distinct from s.phone, false) as phone_kept,
       coalesce(s.phone is not null and nullif(s.phone, '') is distinct from c.phone
         and s.phone is distinct from c.previous_phone, false) as phone_changes,
       ${optOutKept} as opt_out_kept offset 0) x
     where (${acts} ${mark === null ? '' : `or c.row_hash ${isOfFeed(mark)}`})
       ${anyLost ? 'and not exists (select from lost l where l.row_number = s.row_number)' : ''}`,
    [institutionId],
  );
  await planFor(tx, lookup);
}

/** Forgets the rows that do nothing. */
export async function dropIdle(tx: Tx): Promise<void> {
  await tx.execute('delete from planned where not acts');
}

/** `{field: [old, new]}` of what differs between the contact `c` and what it will be after the row `s`. */
function changesOf(fields: readonly StagedField[]): string {
  const members = [
    member('crmId', 'c.crm_id', 's.crm_id'),
    member('phone', 'c.phone', `case when x.phone_changes then nullif(s.phone, '') else c.phone end`),
    member('phoneRaw', 'c.phone_raw', 'case when x.phone_changes then s.phone_raw else c.phone_raw end'),
    ...fields.map((field) => member(field.name, `c.${field.column}`, valueAfter(field))),
  ];
  // Put together as text: of many members few are there, and an object of all would be built to be stripped again.
  const ofFields = `('{' || concat_ws(',', ${members.join(', ')}) || '}')::jsonb`;
  return `case when s.custom is null then ${ofFields} else ${ofFields} || coalesce((
    select jsonb_object_agg('custom.' || k, jsonb_build_array(c.custom -> k, nullif(s.custom -> k, 'null')))
    from jsonb_object_keys(s.custom) k where c.custom -> k is distinct from nullif(s.custom -> k, 'null')), '{}') end`;
}

/** A name with its before and after; null when they are the same. */
function member(name: string, before: string, after: string): string {
  const json = (value: string) => `coalesce(to_json(${value})::text, 'null')`;
  return `case when ${before} is distinct from ${after} then '"${name}":[' || ${json(before)} || ',' || ${json(after)} || ']' end`;
}

/** Tells the planner what the plan holds. */
export async function analyzePlan(tx: Tx): Promise<void> {
  await tx.execute('analyze pg_temp.planned (row_number, contact_id, is_new, old_phone, new_phone, old_crm, new_crm)');
}

/** The value that a staged cell stands for: null for '' (clear). */
export function stagedValue(field: StagedField): string {
  const text = `nullif(s.${field.column}, '')`;
  return field.sqlType === 'text' ? text : `${text}::${field.sqlType}`;
}

/** What the contact `c` will have after the staged row `s`: an opt-out stays an opt-out. */
export function valueAfter(field: StagedField): string {
  const kept = field.name === 'textOptOut' ? ' or c.text_opt_out' : '';
  return `case when s.${field.column} is null${kept} then c.${field.column} else ${stagedValue(field)} end`;
}

/** Null stands for no. No text of a contact is ever '', so that texts need one comparison only. */
function fieldDiffers(field: StagedField): string {
  if (field.sqlType === 'text') return `s.${field.column} <> coalesce(c.${field.column}, '')`;
  const free = field.name === 'textOptOut' ? ' and c.text_opt_out is not true' : '';
  return `(s.${field.column} is not null${free} and ${stagedValue(field)} is distinct from c.${field.column})`;
}

/** The custom values after the row: given keys replace, null ones vanish. Equal numbers are equal whatever their digits. */
export const customAfter = `case when s.custom is null then c.custom else jsonb_strip_nulls(c.custom || s.custom) end`;
const customDiffers = `(s.custom is not null and jsonb_strip_nulls(c.custom || s.custom) is distinct from c.custom)`;

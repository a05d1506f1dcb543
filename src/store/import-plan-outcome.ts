// What a plan comes to: the issues of the rows that it skips or changes only in part, and the counts.
// Invariant: runs after the conflicts and before anything is written; afterwards `planned` holds the rows to write, no other.

import type { Tx } from '../db/connection.ts';
import type { ImportId, InstitutionId } from '../domain/ids.ts';
import type { ImportCounts } from '../domain/import.ts';
import type { IssueScope } from '../domain/issue.ts';
import { joinRecords, type Lookup } from './bulk-planning.ts';

/** The labels under which the file has the columns that a plan can object to; null when it has no such column. */
export type PlanLabels = {
  crmId: string | null;
  causewayId: string | null;
  phone: string | null;
  textOptOut: string | null;
};

export type PlanIssueWords = {
  labels: PlanLabels;
  /** The dictionary's scope of each code. */
  scopeOf: (code: string) => IssueScope;
  /** Will the plan be applied? Then contacts that it creates can be named by the ids that they get. */
  applied: boolean;
  /** How the rows find contacts. */
  lookup: Lookup;
  /** Contacts that this import has made already are rows of its file. */
  importId: ImportId;
};

// Issues of one row stand in the order in which they were found: those of the reader first.
const afterTheReader = 1_000_000_000;

/**
 * Adds the plan's issues to the staged ones. `facts`: `otherContact` is the Causeway ID of the contact that has the phone or
 * the CRM ID after the file, `otherRow` the row of the file that has it.
 */
export async function addPlanIssues(tx: Tx, institutionId: InstitutionId, words: PlanIssueWords): Promise<void> {
  const { labels, scopeOf, applied, importId, lookup } = words;
  await tx.execute(
    `insert into staged_issues
     select ${afterTheReader}, l.code, v.scope, 'row-skipped', l.row_number, s.line_number, v.label, v.value,
       jsonb_strip_nulls(jsonb_build_object('otherContact', x.other_contact, 'otherRow', x.other_row))
     from lost l
     join staged_rows s on s.row_number = l.row_number
     left join planned p on p.row_number = l.row_number
     left join planned w on l.code = 'duplicate-contact' and w.new_phone = p.new_phone
       and not exists (select from lost o where o.row_number = w.row_number)
     ${joinRecords(lookup, 'left join', 'phone', `case when l.code = 'duplicate-contact' then p.new_phone end`, { as: 'h' })}
     ${joinRecords(lookup, 'left join', 'crm_id', `case when l.code = 'contact-id-conflict' then p.new_crm end`, { as: 'k' })}
     cross join lateral (select
       case when h.created_import_id = $11 then case when $2 then h.id end
         when w.row_number is null then coalesce(h.id, k.id) when not w.is_new or $2 then w.contact_id end as other_contact,
       case when h.created_import_id = $11 then h.created_row
         when h.id is not null and w.row_number is null then null
         else coalesce(w.row_number, l.first_row) end as other_row) x
     join (values
       ('duplicate-contact', $3::text, $4::text), ('duplicate-unique-id-crmId', $5, $6), ('contact-id-conflict', $7, $6),
       ('duplicate-unique-id-causewayId', $8, $9), ('unknown-contact-id', $10, $9)
     ) t(code, scope, label) on t.code = l.code
     cross join lateral (select t.scope, t.label, case when l.code = 'duplicate-contact' then s.phone_raw
       when l.code in ('duplicate-unique-id-causewayId', 'unknown-contact-id') then s.causeway_id::text else s.crm_id end as value) v`,
    [
      institutionId,
      applied,
      scopeOf('duplicate-contact'),
      labels.phone,
      scopeOf('duplicate-unique-id-crmId'),
      labels.crmId,
      scopeOf('contact-id-conflict'),
      scopeOf('duplicate-unique-id-causewayId'),
      labels.causewayId,
      scopeOf('unknown-contact-id'),
      importId,
    ],
  );
  await tx.execute('delete from planned p using lost l where l.row_number = p.row_number');
  await addKeptIssues(tx, words);
}

async function addKeptIssues(tx: Tx, { labels, scopeOf }: PlanIssueWords): Promise<void> {
  const sql = 'select from planned where phone_kept or opt_out_kept limit 1';
  if ((await tx.query(sql)).length === 0) return;
  await tx.execute(
    `insert into staged_issues
     select ${afterTheReader + 1}, 'contact-out-of-sync', $1, 'kept', p.row_number, s.line_number, $2, s.phone_raw, '{}'::jsonb
     from planned p join staged_rows s on s.row_number = p.row_number where p.phone_kept
     union all
     select ${afterTheReader + 2}, 'text-opt-out-kept', $3, 'kept', p.row_number, s.line_number, $4, null, '{}'::jsonb
     from planned p join staged_rows s on s.row_number = p.row_number where p.opt_out_kept`,
    [scopeOf('contact-out-of-sync'), labels.phone, scopeOf('text-opt-out-kept'), labels.textOptOut],
  );
}

/**
 * What the rows come to, given how many were staged and how many of them validation had skipped. Rows of the file that are
 * neither written nor skipped are unchanged.
 */
export async function countPlan(
  tx: Tx,
  staged: { rows: number; skipped: number; copied: number },
): Promise<ImportCounts> {
  const row = await tx.queryOne<{ lost: number; created: number; updated: number }>(`
    select (select count(distinct row_number) from lost where not already) as lost,
      count(*) filter (where is_new) as created,
      count(*) filter (where not is_new and ${isUpdate}) as updated
    from planned p`);
  if (!row) throw new Error('a count gave no row');
  const { lost, updated } = row;
  const created = row.created + staged.copied;
  const skipped = staged.skipped + lost;
  return { rows: staged.rows, created, updated, skipped, unchanged: staged.rows - skipped - created - updated };
}

/** Does this planned row of a contact that is there change it? */
export const isUpdate = '(p.differs or p.old_phone is distinct from p.new_phone or p.new_crm is not null)';

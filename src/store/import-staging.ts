// The temporary tables of one import: rows as validated, and the issues found on the way.
// Invariant: they belong to one session and vanish with it; nothing here is ever seen by another session.

import type { Session, Tx } from '../db/connection.ts';
import { copyIn } from '../db/copy.ts';
import { standardFields } from '../domain/fields.ts';

/** A standard field that the file has, besides those with columns of their own: CRM ID, Causeway ID, phone. */
export type StagedField = { name: string; column: string; sqlType: string };

const withOwnColumns = new Set(['causewayId', 'crmId', 'phone']);

/** The staged columns of these mapped fields (any names; custom ones and those with columns of their own are left out). */
export function stagedFields(names: readonly string[]): StagedField[] {
  return standardFields.flatMap((field) =>
    names.includes(field.name) && !withOwnColumns.has(field.name) && field.column && field.sqlType
      ? [{ name: field.name, column: field.column, sqlType: field.sqlType }]
      : [],
  );
}

const fixedColumns = [
  'row_number',
  'line_number',
  'new_id',
  'skipped',
  'crm_id',
  'causeway_id',
  'phone',
  'phone_raw',
  'custom',
  'row_hash',
];

/** Where a row of a file stands: as a spreadsheet numbers it, and by its line. */
export type RowPlace = { row: number; line: number };

/** The columns of a line of COPY text for `copyRows`: the fixed ones, then the fields. */
function stagedColumns(fields: readonly StagedField[]): string[] {
  return [...fixedColumns, ...fields.map((field) => field.column)];
}

/**
 * Makes both tables anew. In every cell NULL means keep what is there and '' means clear; `custom` is a JSON object of the
 * given custom fields, null to clear one; `row_hash` is what the contact is to carry, null for a row with an issue. `bytes`: the size of the file, which decides how much memory the session may use.
 */
export async function createStaging(
  session: Session | Tx,
  fields: readonly StagedField[],
  bytes: number,
): Promise<void> {
  await session.execute('drop table if exists pg_temp.staged_rows, pg_temp.staged_issues');
  await session.execute('set jit = off');
  if (bytes > 4 * 1024 * 1024) await session.execute(`set work_mem = '128MB'`);
  await session.execute(`
    create temp table staged_rows (
      row_number int not null, line_number int not null, new_id uuid, skipped boolean not null,
      crm_id text collate "C", causeway_id uuid, phone text collate "C", phone_raw text, custom jsonb, row_hash bytea
      ${fields.map((field) => `, ${field.column} text`).join('')})`);
  await session.execute(`
    create temp table staged_issues (
      ordinal int not null, code text not null, scope text not null, effect text not null, row_number int,
      line_number int, label text, value text, facts jsonb not null)`);
}

/** Adds rows given as COPY text; one short statement, no transaction stays open. */
export async function copyRows(session: Session | Tx, fields: readonly StagedField[], text: Buffer): Promise<number> {
  return copyIn(session, `copy pg_temp.staged_rows (${stagedColumns(fields).join(', ')}) from stdin`, [text]);
}

/** Adds issues given as COPY text of: ordinal, code, scope, effect, row, line, label, value, facts. */
export async function copyIssues(session: Session | Tx, text: Buffer): Promise<number> {
  return copyIn(session, 'copy pg_temp.staged_issues from stdin', [text]);
}

/** Tells the planner what the key columns hold; worth its time from some thousand rows on. */
export async function analyzeStaging(tx: Tx): Promise<void> {
  // A sample of 3,000 rows is enough to choose a join, and ten times cheaper than the default.
  await tx.execute('set local default_statistics_target = 10');
  await tx.execute('analyze pg_temp.staged_rows (row_number, crm_id, causeway_id, phone, skipped)');
}

/** Forgets the staged rows, keeping the session for another import. */
export async function dropStaging(session: Session | Tx): Promise<void> {
  await session.execute('drop table if exists pg_temp.staged_rows, pg_temp.staged_issues');
  await session.execute('reset work_mem');
}

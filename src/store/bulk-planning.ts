// How statements that join many staged rows with the records of one institution are planned.
// Invariant: no plan is built on what statistics know of the one institution whose rows are asked for.

import type { Tx } from '../db/connection.ts';

/** How staged rows find their records: one by one by an index, or with a look at all records of the institution. */
export type Lookup = 'each' | 'all';

/** So many look-ups by an index are always cheap, whatever the institution holds. */
const alwaysFew = 50_000;

/** Most rows of a daily file are known and not staged: then it pays to find the contacts of the others one by one. */
export function lookupFor(rows: { staged: number; rows: number }): Lookup {
  return rows.staged <= alwaysFew || rows.staged * 8 <= rows.rows ? 'each' : 'all';
}

/**
 * Until the transaction ends, statements are planned without the values of their parameters, and, where all records are looked at,
 * without nested loops. Statistics are often older than an institution, or than the rows of a transaction that was long open:
 * PostgreSQL then takes it for one with a single row, and looks through all staged rows for each of its records (measured: more
 * than eight minutes instead of a second for 50,000 changes of a million contacts).
 */
export async function planFor(tx: Tx, lookup: Lookup): Promise<void> {
  await tx.execute('set local plan_cache_mode = force_generic_plan');
  await tx.execute(`set local enable_nestloop = ${lookup === 'all' ? 'off' : 'on'}`);
}

/** For fewer rows a wrong plan costs little. */
const rowsThatMatter = 10_000;

/**
 * Has PostgreSQL look at the table when it does not know of half as many records. Autovacuum does that by itself in a minute or two; while
 * a long transaction writes the first million of them it may even have noted that there are none, and then one index of an institution
 * looks as good as another (measured: 20,000 look-ups that went through a million contacts each). What this transaction has written
 * is counted, and autovacuum is kept away until its end.
 */
export async function knowRecords(tx: Tx, of: Records, expected: number): Promise<void> {
  if (expected < rowsThatMatter) return;
  const known = await tx.queryOne<{ rows: number }>(
    'select reltuples::float8 as rows from pg_class where oid = $1::regclass',
    [of],
  );
  if ((known?.rows ?? 0) * 2 >= expected) return;
  // A sample of 3,000 rows is enough for that, and ten times cheaper than the default.
  await tx.execute('set local default_statistics_target = 10');
  await tx.execute(`analyze ${of}`);
}

/** For COPY, which takes no parameters: what a sub-select gives is not known when the statement is planned. */
export function unplanned(literal: string): string {
  return `(select ${literal})`;
}

type Records = 'contacts' | 'connections';
type Key = 'id' | 'crm_id' | 'phone' | 'external_id';

/**
 * Joins records by one of their unique keys, as `c` unless `as` says otherwise. Found one by one they are a sub-select that refers to
 * the row before it: `offset 0` keeps the planner from any other order; `place` is where they were found then. `institution` is SQL:
 * a parameter or a sub-select.
 */
export function joinRecords(
  lookup: Lookup,
  join: 'join' | 'left join',
  key: Key,
  value: string,
  { of = 'contacts', as = 'c', institution = '$1' }: { of?: Records; as?: string; institution?: string } = {},
): string {
  if (lookup === 'all')
    return `${join} ${of} ${as} on ${as}.institution_id = ${institution} and ${as}.${key} = ${value}`;
  return `${join} lateral (
    select r.*, r.ctid as place from ${of} r where r.institution_id = ${institution} and r.${key} = ${value} offset 0) ${as} on true`;
}

/**
 * Left-joins the contacts, as `c` with their `place`, that staged rows `s` name by CRM ID. Where many are looked up one by one, the index
 * is walked once with all of their CRM IDs instead (from PostgreSQL 17 on a page of it is then looked at once, however many it
 * has of them); such a statement is to be planned for `all`. `rows`: of the file, for which `knowRecords` has been called.
 */
export function joinNamed(lookup: Lookup, rows: number): { join: string; plannedFor: Lookup } {
  if (lookup === 'all' || rows < rowsThatMatter)
    return { join: joinRecords(lookup, 'left join', 'crm_id', 's.crm_id'), plannedFor: lookup };
  const join = `left join (
    select r.*, r.ctid as place from contacts r
    where r.institution_id = $1 and r.crm_id = any(array(select crm_id from staged_rows where crm_id is not null))
  ) c on c.crm_id = s.crm_id`;
  return { join, plannedFor: 'all' };
}

/**
 * The same for statements that change the records `c`, by their id: what comes behind `from`, and the condition. Found one by one, a
 * record is known by its place; the statement names its institution in a way that no index can be used for, and is run in `byPlace`.
 */
export function matchRecords(
  lookup: Lookup,
  source: string,
  id: string,
  of: Records = 'contacts',
): { from: string; on: string } {
  if (lookup === 'all') return { from: source, on: `c.institution_id = $1 and c.id = ${id}` };
  const place = `select r.ctid as place from ${of} r where r.institution_id = $1 and r.id = ${id} offset 0`;
  return {
    from: `${source} cross join lateral (${place}) k`,
    on: 'c.ctid = k.place',
  };
}

/** Runs a statement of `matchRecords`: with places there is nothing but them and reading the whole table, which is ruled out. */
export async function byPlace<T>(tx: Tx, lookup: Lookup, work: () => Promise<T>): Promise<T> {
  if (lookup === 'all') return work();
  await tx.execute('set local enable_seqscan = off');
  const result = await work();
  await tx.execute('set local enable_seqscan = on');
  return result;
}

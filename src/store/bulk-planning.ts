// How statements that join many staged rows with the records of one institution are planned.
// Invariant: no plan is built on what statistics know of the one institution whose rows are asked for.

import type { Tx } from '../db/connection.ts';

/**
 * Until the transaction ends, statements are planned without the values of their parameters. Statistics are often older than an
 * institution: PostgreSQL then takes it for one with a single row, and looks through all staged rows for each of its records
 * (measured: more than eight minutes instead of a second for 50,000 changes of a million contacts). Without the value it expects
 * as many rows as institutions have on average.
 */
export async function planWithoutValues(tx: Tx): Promise<void> {
  await tx.execute('set local plan_cache_mode = force_generic_plan');
}

/** The same for COPY, which takes no parameters: what a sub-select gives is not known when the statement is planned. */
export function unplanned(literal: string): string {
  return `(select ${literal})`;
}

/** How staged rows find their contacts: one by one by an index, or with a look at all contacts of the institution. */
export type Lookup = 'each' | 'all';

/** So many look-ups by an index are always cheap, whatever the institution holds. */
const alwaysFew = 20_000;

/** Most rows of a daily file are known and not staged: then it pays to find the contacts of the others one by one. */
export function lookupFor(rows: { staged: number; rows: number }): Lookup {
  return rows.staged <= alwaysFew || rows.staged * 8 <= rows.rows ? 'each' : 'all';
}

type Key = 'id' | 'crm_id' | 'phone';

/**
 * Joins the contacts `c` by one of their unique keys. `offset 0` keeps the planner from choosing, which it would do by statistics
 * that are rarely right. `institution` is SQL: a parameter or a sub-select.
 */
export function joinContacts(
  lookup: Lookup,
  join: 'join' | 'left join',
  key: Key,
  value: string,
  institution = '$1',
): string {
  if (lookup === 'all') return `${join} contacts c on c.institution_id = ${institution} and c.${key} = ${value}`;
  return `${join} lateral (
    select k.* from contacts k where k.institution_id = ${institution} and k.${key} = ${value} offset 0) c on true`;
}

/** The same for statements that change the contacts `c`: what comes behind `from`, and a condition. Found one by one, a contact is known by its place. */
export function matchContacts(lookup: Lookup, source: string, key: Key, value: string): { from: string; on: string } {
  if (lookup === 'all') return { from: source, on: `c.${key} = ${value}` };
  const place = `select k.ctid as place from contacts k where k.institution_id = $1 and k.${key} = ${value} offset 0`;
  return { from: `${source} cross join lateral (${place}) k`, on: 'c.ctid = k.place' };
}

// The table `installation_settings`: single values of this installation, shared by all nodes.
// Invariant: a secret is kept here only as a hash.

import type { Queryable, Tx } from '../db/connection.ts';

/** The value of a setting, or null. The caller knows its shape. */
export async function getSetting<Value>(db: Queryable, name: string): Promise<Value | null> {
  const row = await db.queryOne<{ value: Value }>('select value from installation_settings where name = $1', [name]);
  return row?.value ?? null;
}

/** The same, and nobody else reads it this way until the transaction ends. */
export async function lockSetting<Value>(tx: Tx, name: string): Promise<Value | null> {
  const row = await tx.queryOne<{ value: Value }>(
    'select value from installation_settings where name = $1 for update',
    [name],
  );
  return row?.value ?? null;
}

export async function putSetting(db: Queryable, name: string, value: unknown): Promise<void> {
  await db.execute(
    `insert into installation_settings (name, value) values ($1, $2)
     on conflict (name) do update set value = excluded.value`,
    [name, JSON.stringify(value)],
  );
}

/** Sets a value that is not there yet; false when it is. Of several callers at once exactly one gets true. */
export async function claimSetting(tx: Tx, name: string, value: unknown): Promise<boolean> {
  const inserted = await tx.execute(
    'insert into installation_settings (name, value) values ($1, $2) on conflict (name) do nothing',
    [name, JSON.stringify(value)],
  );
  return inserted === 1;
}

export async function deleteSetting(db: Queryable, name: string): Promise<void> {
  await db.execute('delete from installation_settings where name = $1', [name]);
}

/** Does the database answer? Throws `DatabaseError` when not. */
export async function pingDatabase(db: Queryable): Promise<void> {
  await db.query('select 1');
}

// The temporary tables of one load of connections, and the set-based steps from them to `connections`.
// Invariant: they belong to one session and vanish with it; rows become visible only with the transaction that applies them.

import type { Session, Tx } from '../db/connection.ts';
import { copyIn } from '../db/copy.ts';
import type { InstitutionId } from '../domain/ids.ts';
import { byPlace, joinRecords, type Lookup, matchRecords } from './bulk-planning.ts';

/** The columns that make a connection what it is, in the order of `copyConnections`; `connected_at` follows from the text. */
const valueColumns = [
  ['connected_at_text', 'text not null'],
  ['student_id', 'text'],
  ['first_name', 'text'],
  ['last_name', 'text'],
  ['gender', 'text'],
  ['race_ethnicity', 'text'],
  ['date_of_birth', 'date'],
  ['graduation_year', 'smallint'],
  ['gpa', 'numeric'],
  ['school', 'text'],
  ['email', 'text'],
  ['phone', 'text'],
  ['street', 'text'],
  ['city', 'text'],
  ['state', 'text'],
  ['postal_code', 'text'],
  ['country', 'text'],
  ['majors', 'text[] not null'],
] as const;

const names = valueColumns.map(([name]) => name);
const allNames = ['connected_at', ...names].join(', ');
const of = (table: string) => names.map((name) => `${table}.${name}`).join(', ');

/** For a session of its own. */
export async function createConnectionStaging(session: Session): Promise<void> {
  await session.execute('set jit = off');
  await session.execute(`
    create temp table staged_connections (
      ordinal int not null, new_id uuid not null, external_id text collate "C" not null, connected_at timestamptz not null,
      ${valueColumns.map(([name, type]) => `${name} ${type}`).join(', ')})`);
  await session.execute(`
    create temp table superseded_connections (
      ordinal int not null, external_id text collate "C" not null, differs boolean not null)`);
  await session.execute(`
    create temp table changed_connections (
      ordinal int not null, external_id text collate "C" not null, connection_id uuid)`);
}

/**
 * Adds rows given as COPY text of: ordinal, new id, external id, connected at, then the value columns. One short statement, no
 * transaction stays open.
 */
export async function copyConnections(session: Session, text: Buffer): Promise<number> {
  return copyIn(session, 'copy pg_temp.staged_connections from stdin', [text]);
}

/** From some thousand rows on the planner is told what there is, and gets memory for it. */
export async function prepareConnections(session: Session, rows: number): Promise<void> {
  if (rows < 5_000) return;
  await session.execute(`set work_mem = '128MB'`);
  await session.execute('set default_statistics_target = 10');
  await session.execute('analyze pg_temp.staged_connections (ordinal, external_id)');
}

/** How many rows are staged. */
export async function countStaged(tx: Tx): Promise<number> {
  return (await tx.queryOne<{ n: number }>('select count(*) as n from staged_connections'))?.n ?? 0;
}

/** Of rows with the same id the last one stays; the others are remembered with whether they differ from it. */
export async function foldRepeated(session: Session): Promise<void> {
  const repeated = await session.execute(
    `with last as (
       select external_id, max(ordinal) as ordinal from staged_connections group by external_id having count(*) > 1
     )
     insert into superseded_connections
     select s.ordinal, s.external_id, (${of('s')}) is distinct from (${of('w')})
     from last join staged_connections s on s.external_id = last.external_id and s.ordinal < last.ordinal
     join staged_connections w on w.ordinal = last.ordinal`,
  );
  if (repeated === 0) return;
  await session.execute('analyze pg_temp.superseded_connections');
  await session.execute('delete from staged_connections s using superseded_connections u where s.ordinal = u.ordinal');
}

/** Waits until no other load of this institution is applied, and keeps others out until the transaction ends. */
export async function lockConnections(tx: Tx, institutionId: InstitutionId): Promise<void> {
  await tx.query(`select pg_advisory_xact_lock(hashtextextended('connections:' || $1, 0))`, [institutionId]);
}

export type LoadOutcomes = { created: number; updated: number; unchanged: number; changes: number };

/**
 * Finds what differs from the records of now; call it under the lock. Every staged row counts once. An earlier row of an id
 * counts as updated when it differs from the last one and that one changes something; else as unchanged. `changes`: how many
 * records will be written.
 */
export async function compareConnections(tx: Tx, institutionId: InstitutionId, lookup: Lookup): Promise<LoadOutcomes> {
  const changes = await tx.execute(
    `insert into changed_connections
     select s.ordinal, s.external_id, c.id
     from staged_connections s
     ${joinRecords(lookup, 'left join', 'external_id', 's.external_id', { of: 'connections' })}
     where c.id is null or (${of('s')}) is distinct from (${of('c')})`,
    [institutionId],
  );
  const counts = await tx.queryOne<{ rows: number; created: number; superseded: number; supersededUpdates: number }>(
    `select (select count(*) from staged_connections) as rows,
       (select count(*) from changed_connections where connection_id is null) as created,
       (select count(*) from superseded_connections) as superseded,
       (select count(*) from superseded_connections u
         where u.differs and exists (select from changed_connections k where k.external_id = u.external_id)
       ) as "supersededUpdates"`,
  );
  if (!counts) throw new Error('the staged rows could not be counted');
  const { rows, created, superseded, supersededUpdates } = counts;
  const updated = changes - created + supersededUpdates;
  return { created, updated, unchanged: rows + superseded - created - updated, changes };
}

/** Writes what `compareConnections` found, under this batch number. */
export async function applyConnections(
  tx: Tx,
  institutionId: InstitutionId,
  { batch, now, lookup }: { batch: number; now: Date; lookup: Lookup },
): Promise<void> {
  await tx.execute(
    `insert into connections (institution_id, id, external_id, batch, created_at, updated_at, ${allNames})
     select $1, s.new_id, s.external_id, $2, $3, $3, s.connected_at, ${of('s')}
     from changed_connections k join staged_connections s using (ordinal)
     where k.connection_id is null order by s.ordinal`,
    [institutionId, batch, now],
  );
  const rows = 'changed_connections x join staged_connections s using (ordinal)';
  const { from, on } = matchRecords(lookup, rows, 'x.connection_id', 'connections');
  const sql = `update connections c set batch = $2, updated_at = $3, (${allNames}) = row (s.connected_at, ${of('s')})
    from ${from} where (c.institution_id = $1) is true and ${on}`;
  await byPlace(tx, lookup, () => tx.execute(sql, [institutionId, batch, now]));
}

// Reading a window: the rows of a dataset after one position up to another, as the bytes of CSV rows, or counted.
// Invariant: everything is read in one repeatable-read snapshot, in which the end of the window is the last batch that it shows.

import type { Queryable, Session, Tx } from '../db/connection.ts';
import { copyOut } from '../db/copy.ts';
import type { Dataset } from '../domain/dataset.ts';
import type { InstitutionId } from '../domain/ids.ts';
import { unplanned } from './bulk-planning.ts';
import { listCustomFields } from './custom-fields.ts';
import { getOutboundSettings } from './outbound-settings.ts';
import { type CellContext, cellExpressions, instantLiteral, positionLiteral, uuidLiteral } from './window-columns.ts';

/**
 * The rows with `from` < batch ≤ `to`. `isFirst`: nothing was delivered yet, so that all rows of the snapshot count;
 * `since` then leaves out connections that connected, and contacts that changed, before it.
 */
export type WindowRange = {
  institutionId: InstitutionId;
  dataset: Dataset;
  from: number;
  to: number;
  isFirst: boolean;
  since: Date | null;
};

/** How the server writes the rows: it ends them with a line feed, and quotes empty texts, whatever the file will have. */
export type RowFormat = { fields: readonly string[]; delimiter: ',' | '\t' | ';' | '|'; quoteAll: boolean };

/** Runs `work` in a snapshot on a connection of its own, so that a long file takes none from the pool. */
export async function inSnapshot<T>(
  db: { session<R>(work: (session: Session) => Promise<R>): Promise<R> },
  work: (tx: Tx) => Promise<T>,
): Promise<T> {
  return db.session((session) => session.transaction(work, { isolation: 'repeatable read', readOnly: true }));
}

/** What the cells of the dataset depend on, in the snapshot of `db`. */
export async function cellContext(db: Queryable, institutionId: InstitutionId): Promise<CellContext> {
  const settings = await getOutboundSettings(db, institutionId);
  if (!settings) throw new Error('the institution is missing');
  return {
    institutionId,
    majorsEntitled: settings.majorsEntitled,
    hasOfferedMajors: settings.offeredMajors.length > 0,
    customFields: await listCustomFields(db, institutionId),
  };
}

/** The CSV rows in commit order (RFC 4180, UTF-8, each ended by a line feed), cut anywhere. `fields` are ones of the dataset. */
export function copyWindow(
  tx: Tx,
  range: WindowRange,
  format: RowFormat,
  context: CellContext,
  limit: number | null = null,
): AsyncGenerator<Buffer> {
  const cells = expressionsOf(range.dataset, format.fields, context).map((cell) => csvCell(cell, format));
  const end = limit === null ? '' : ` limit ${positionLiteral(limit)}`;
  const quotes = format.quoteAll ? ', force_quote *' : '';
  const delimiter = format.delimiter === '\t' ? `e'\\t'` : `'${format.delimiter}'`;
  return copyOut(
    tx,
    `copy (select ${cells.join(', ')} ${rowsOf(range)}${end}) to stdout
     (format csv, delimiter ${delimiter}, encoding 'UTF8'${quotes})`,
  );
}

export async function countWindow(tx: Tx, range: WindowRange): Promise<number> {
  const row = await tx.queryOne<{ count: number }>(`select count(*) from (select ${rowsOf(range)}) w`);
  return row?.count ?? 0;
}

/** The first rows as texts in the order of `fields`. */
export async function firstRows(
  tx: Tx,
  range: WindowRange,
  fields: readonly string[],
  context: CellContext,
  limit: number,
): Promise<string[][]> {
  const cells = expressionsOf(range.dataset, fields, context).map((sql) => `coalesce(${sql}::text, '')`);
  const rows = await tx.query<{ cells: string[] }>(
    `select array[${cells.join(', ')}] as cells ${rowsOf(range)} limit ${positionLiteral(limit)}`,
  );
  return rows.map((row) => row.cells);
}

function expressionsOf(dataset: Dataset, fields: readonly string[], context: CellContext): string[] {
  const expressions = cellExpressions(dataset, context);
  return fields.map((field) => {
    const expression = expressions.get(field);
    if (expression === undefined) throw new Error('a column that the dataset does not have');
    return expression;
  });
}

/** Null would be nothing even where every cell is to be quoted, and a blank line where it is alone in its row. */
function csvCell(sql: string, { fields, quoteAll }: RowFormat): string {
  return quoteAll || fields.length === 1 ? `coalesce(${sql}::text, '')` : sql;
}

function rowsOf(range: WindowRange): string {
  return range.dataset === 'connections' ? connectionsOf(range) : contactsOf(range);
}

function connectionsOf(range: WindowRange): string {
  const since = range.since === null ? '' : ` and c.connected_at >= ${instantLiteral(range.since)}`;
  return `from connections c where c.institution_id = ${uuidLiteral(range.institutionId)}
    and c.batch > ${positionLiteral(range.from)} and c.batch <= ${positionLiteral(range.to)}${since} order by c.batch, c.id`;
}

/** Each contact once, in the order of its last change; for the first window, which has them all, in that of their making. */
function contactsOf(range: WindowRange): string {
  const institution = uuidLiteral(range.institutionId);
  if (range.isFirst) {
    const since = range.since === null ? '' : ` and c.updated_at >= ${instantLiteral(range.since)}`;
    return `from contacts c where c.institution_id = ${institution}${since} order by c.id`;
  }
  // Statistics may be older than the institution: what is joined must not look like a single row.
  const joined = unplanned(institution);
  const batches = `b.institution_id = ${institution} and b.batch > ${positionLiteral(range.from)} and b.batch <= ${positionLiteral(range.to)}`;
  return `from (
      select contact_id, max(batch) as batch from (
        select n.id as contact_id, b.batch from contact_batches b
        join contacts n on n.institution_id = ${joined} and n.created_import_id = b.import_id where ${batches}
        union all
        select h.contact_id, b.batch from contact_batches b
        join contact_changes h on h.institution_id = ${joined} and h.import_id = b.import_id where ${batches}
        union all
        select b.contact_id, b.batch from contact_batches b where ${batches} and b.contact_id is not null
      ) found group by contact_id
    ) changed
    join contacts c on c.institution_id = ${joined} and c.id = changed.contact_id
    order by changed.batch, c.id`;
}

// The table `import_issues`: every issue of an import, in the order of the file.
// Invariant: `seq` counts from 1 without gaps: file and header first, then by row; a repeated run replaces all of them.

import type { Queryable, Tx } from '../db/connection.ts';
import type { ImportId, InstitutionId } from '../domain/ids.ts';
import type { Issue } from '../domain/issue.ts';

export type ImportIssue = Issue & { seq: number };

const columns = 'seq, code, scope, effect, row_number as row, line_number as line, label, value, facts';

/** Replaces the issues of an import by the staged ones of this session; gives how many there are of each code. */
export async function saveStagedIssues(
  tx: Tx,
  institutionId: InstitutionId,
  importId: ImportId,
): Promise<Record<string, number>> {
  await tx.execute('delete from import_issues where institution_id = $1 and import_id = $2', [institutionId, importId]);
  await tx.execute(
    `insert into import_issues (institution_id, import_id, seq, code, scope, effect, row_number, line_number, label, value, facts)
     select $1, $2, row_number() over (order by place, row_number nulls first, ordinal), code, scope, effect, row_number,
       line_number, label, value, facts
     from (select *, case scope when 'file' then 0 when 'header' then 1 else 2 end as place from staged_issues) i`,
    [institutionId, importId],
  );
  const rows = await tx.query<{ code: string; n: number }>(
    'select code, count(*) as n from staged_issues group by code order by code',
  );
  return Object.fromEntries(rows.map((row) => [row.code, row.n]));
}

/** Replaces the issues of an import that was not read; gives how many there are of each code. */
export async function saveIssues(
  tx: Tx,
  institutionId: InstitutionId,
  importId: ImportId,
  issues: readonly Issue[],
): Promise<Record<string, number>> {
  await tx.execute('delete from import_issues where institution_id = $1 and import_id = $2', [institutionId, importId]);
  await tx.execute(
    `insert into import_issues (institution_id, import_id, seq, code, scope, effect, row_number, line_number, label, value, facts)
     select $1, $2, i.seq, i.issue->>'code', i.issue->>'scope', i.issue->>'effect', (i.issue->>'row')::int,
       (i.issue->>'line')::int, i.issue->>'label', i.issue->>'value', i.issue->'facts'
     from jsonb_array_elements($3::jsonb) with ordinality as i(issue, seq)`,
    [institutionId, importId, JSON.stringify(issues).replaceAll('\\u0000', '\\ufffd')],
  );
  const counts: Record<string, number> = {};
  for (const { code } of issues) counts[code] = (counts[code] ?? 0) + 1;
  return counts;
}

export type IssueFilter = { code?: string | undefined; effect?: string | undefined; row?: number | undefined };

/** Issues after `seq`, in order. */
export async function listIssues(
  db: Queryable,
  institutionId: InstitutionId,
  importId: ImportId,
  filter: IssueFilter,
  page: { after: number | null; limit: number },
): Promise<ImportIssue[]> {
  return db.query<ImportIssue>(
    `select ${columns} from import_issues
     where institution_id = $1 and import_id = $2 and seq > $3
       and ($4::text is null or code = $4) and ($5::text is null or effect = $5) and ($6::int is null or row_number = $6)
     order by seq limit $7`,
    [
      institutionId,
      importId,
      page.after ?? 0,
      filter.code ?? null,
      filter.effect ?? null,
      filter.row ?? null,
      page.limit,
    ],
  );
}

/** One kind of issue: the same code with the same effect. */
export type IssueGroupRecord = {
  code: string;
  scope: string;
  effect: string;
  count: number;
  /** The first three. */
  examples: ImportIssue[];
};

/** The kinds of issues of an import: those that reject or hold the file first, then by how many there are. */
export async function issueGroups(
  db: Queryable,
  institutionId: InstitutionId,
  importId: ImportId,
): Promise<IssueGroupRecord[]> {
  return db.query<IssueGroupRecord>(
    `select g.code, g.scope, g.effect, g.count, e.examples
     from (
       select code, min(scope) as scope, effect, count(*) as count from import_issues
       where institution_id = $1 and import_id = $2 group by code, effect) g
     cross join lateral (
       select json_agg(x) as examples from (
         select ${columns} from import_issues
         where institution_id = $1 and import_id = $2 and code = g.code and effect = g.effect order by seq limit 3) x) e
     order by array_position(array['file-rejected', 'file-held', 'row-skipped', 'cell-dropped', 'kept', 'notice'], g.effect),
       g.count desc, g.code`,
    [institutionId, importId],
  );
}

/** All issues in order, in pieces; the next one is fetched while one is worked on. `effects`: only these. */
export async function* streamIssues(
  db: Queryable,
  institutionId: InstitutionId,
  importId: ImportId,
  effects: readonly string[] | null = null,
): AsyncGenerator<ImportIssue[]> {
  const fetch = (after: number): Promise<ImportIssue[]> =>
    db.query<ImportIssue>(
      `select ${columns} from import_issues
       where institution_id = $1 and import_id = $2 and seq > $3 and ($4::text[] is null or effect = any($4))
       order by seq limit 2000`,
      [institutionId, importId, after, effects],
    );
  let next = fetch(0);
  for (;;) {
    const page = await next;
    const last = page.at(-1);
    if (!last) return;
    next = fetch(last.seq);
    // Nobody may want it any more when it fails.
    next.catch(() => undefined);
    yield page;
  }
}

/** How many issues of rows have one of these effects. */
export async function countRowIssues(
  db: Queryable,
  institutionId: InstitutionId,
  importId: ImportId,
  effects: readonly string[],
): Promise<number> {
  const [row] = await db.query<{ n: number }>(
    `select count(row_number) as n from import_issues
     where institution_id = $1 and import_id = $2 and effect = any($3)`,
    [institutionId, importId, effects],
  );
  return row?.n ?? 0;
}

/** Is there an issue with one of these effects? */
export async function hasIssues(
  db: Queryable,
  institutionId: InstitutionId,
  importId: ImportId,
  effects: readonly string[],
): Promise<boolean> {
  const found = await db.query(
    `select from import_issues where institution_id = $1 and import_id = $2 and effect = any($3) limit 1`,
    [institutionId, importId, effects],
  );
  return found.length > 0;
}

// What the beginning of a file looks like under a mapping: for the mapping editor and the upload page. Nothing is stored.
// Invariant: a row that the sample cuts in two is not shown, not counted and not complained about.

import { readCsv } from '../csv/read.ts';
import type { DataRow, Dialect, ReadResult } from '../csv/types.ts';
import { cellPolicy, cellText, rawText } from '../domain/cell-policy.ts';
import type { Field } from '../domain/fields.ts';
import type { Issue } from '../domain/issue.ts';
import { type DescribedIssue, describedIssue, newIssue } from '../domain/issues.ts';
import type { Mapping } from '../domain/mapping.ts';
import { type LabelMatch, type ResolvedMapping, resolveMapping } from '../domain/resolve-mapping.ts';
import { type Suggestion, suggestMapping } from '../domain/suggest-mapping.ts';
import { expectedLabels } from './check-file.ts';
import { rivalJudge } from './file-rows.ts';
import { fileIssue, rowJudge, signatureIssue } from './reading-issues.ts';

/** A longer sample is not looked at beyond this many bytes; a shorter one is taken for the whole file. */
export const sampleBytes = 1024 * 1024;

export type PreviewOptions = {
  fileName: string;
  fields: readonly Field[];
  /** ISO 3166 alpha-2. */
  country: string;
  strict: boolean;
  /** Without one the best suggestion is shown. */
  mapping: Mapping | null;
};

export type PreviewColumn = {
  field: string;
  labels: string[];
  found: 'exact' | 'near' | 'missing';
  nearest: string[];
  /** Rows in which the column has a value, and those in which the value fits the field. */
  filled: number;
  good: number;
  samples: string[];
  examples: { row: number; code: string; value: string }[];
};

/** In the shape of `preview` of the API. */
export type SamplePreview = {
  dialect: Dialect;
  labels: string[];
  rows: { row: number; cells: string[] }[];
  rowsRead: number;
  suggestions: Suggestion[];
  columns: PreviewColumn[];
  issues: DescribedIssue[];
};

const shownRows = 10;
const mostRowIssues = 200;

/** Reads the sample, at most `sampleBytes` of it. Never throws on data. */
export async function previewSample(bytes: Uint8Array, options: PreviewOptions): Promise<SamplePreview> {
  const isWhole = bytes.length < sampleBytes;
  const sample = isWhole ? bytes : wholeLines(bytes.subarray(0, sampleBytes));
  const { fields, country, strict } = options;
  const source =
    options.mapping === null ? { kind: 'suggested' as const } : { kind: 'given' as const, mapping: options.mapping };
  const reading = await readCsv(once(sample), { expectedLabels: expectedLabels(source, fields) });
  if (reading.signature !== null) {
    await reading.close();
    return nothingRead(reading.dialect, [signatureIssue(reading.signature, options.fileName)]);
  }
  const rows: DataRow[] = [];
  for await (const batch of reading.batches) rows.push(...batch.rows);
  const result = reading.result();
  if (!isWhole && result.endsInsideQuote) rows.pop();
  const issues = problemIssues(result, isWhole, strict);
  const { header } = result;
  if (header === null) return nothingRead(result.dialect, issues);
  const table = { labels: header.labels, rows: shown(rows, header.labels.length), rowsRead: rows.length };
  if (header.looksLikeData && header.expectedFound === 0) {
    issues.unshift(newIssue('no-header-row', { row: header.row, line: header.line }));
    return { ...nothingRead(result.dialect, issues), ...table };
  }
  const samples = rows.slice(0, 100).map((row) => row.cells);
  const suggested = suggestMapping(header.labels, fields, { samples, country });
  const mapping = options.mapping ?? suggested.mapping;
  const resolved = resolveMapping(mapping, header.labels, fields, {
    strict,
    headerRow: header.row,
    headerLine: header.line,
  });
  issues.unshift(...resolved.issues);
  if (!resolved.rejected) issues.push(...rowIssues(rows, resolved, country));
  return {
    dialect: result.dialect,
    ...table,
    suggestions: suggested.suggestions,
    columns: resolved.matches.map((match) => previewColumn(match, resolved, rows, country)),
    issues: issues.map(describedIssue),
  };
}

async function* once(bytes: Uint8Array): AsyncGenerator<Uint8Array> {
  yield bytes;
}

/** Up to the last line end, so that no row or character is cut; UTF-16 units stay whole. */
function wholeLines(bytes: Uint8Array): Uint8Array {
  const littleEndian = bytes[0] === 0xff && bytes[1] === 0xfe;
  const bigEndian = bytes[0] === 0xfe && bytes[1] === 0xff;
  const step = littleEndian || bigEndian || bytes.subarray(0, 1000).includes(0) ? 2 : 1;
  for (let end = bytes.length - (bytes.length % step); end > 0; end -= step) {
    const unit = step === 1 ? bytes[end - 1] : (bytes[end - 1] ?? 0) + (bytes[end - 2] ?? 0);
    if (unit === 0x0a || unit === 0x0d) return bytes.subarray(0, end);
  }
  return bytes;
}

function shown(rows: readonly DataRow[], width: number): { row: number; cells: string[] }[] {
  return rows.slice(0, shownRows).map(({ row, cells }) => ({ row, cells: cells.slice(0, width) }));
}

function nothingRead(dialect: Dialect, issues: readonly Issue[]): SamplePreview {
  return {
    dialect,
    labels: [],
    rows: [],
    rowsRead: 0,
    suggestions: [],
    columns: [],
    issues: issues.map(describedIssue),
  };
}

function problemIssues(result: ReadResult, isWhole: boolean, strict: boolean): Issue[] {
  const problems = result.problems.filter((problem) => isWhole || problem.code !== 'no-data-rows');
  return problems.flatMap((problem) => fileIssue(problem, { strict }) ?? []);
}

function rowIssues(rows: readonly DataRow[], resolved: ResolvedMapping, country: string): Issue[] {
  const validate = rowJudge(resolved, { country });
  const judgeRivals = rivalJudge(resolved);
  const issues: Issue[] = [];
  for (const row of rows) {
    issues.push(...judgeRivals(row, validate(row)).issues);
    if (issues.length >= mostRowIssues) return issues.slice(0, mostRowIssues);
  }
  return issues;
}

function previewColumn(
  match: LabelMatch,
  resolved: ResolvedMapping,
  rows: readonly DataRow[],
  country: string,
): PreviewColumn {
  const shape: PreviewColumn = { ...match, filled: 0, good: 0, samples: [], examples: [] };
  const column = resolved.columns.find((candidate) => candidate.field.name === match.field);
  if (column === undefined) return shape;
  const policy = cellPolicy(column, country);
  const samples = new Set<string>();
  for (const { row, cells } of rows) {
    const text = cellText(policy, cells);
    if (text === '') continue;
    shape.filled++;
    const value = policy.parse(text);
    const raw = rawText(policy, cells).slice(0, 100);
    if (samples.size < 5) samples.add(raw);
    if (typeof value === 'string') shape.good++;
    else if (shape.examples.length < 3) shape.examples.push({ row, code: value.code, value: raw });
  }
  return { ...shape, samples: [...samples] };
}

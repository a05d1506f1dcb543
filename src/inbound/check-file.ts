// Reads a file as an import would, without a server or a database: what it is, how it maps, which rows would be accepted.
// Invariant: memory does not grow with the file but for about 40 bytes a row and key, by which duplicates are found.

import { readCsv } from '../csv/read.ts';
import type { CsvReading, DataRow, Dialect, Problem } from '../csv/types.ts';
import { judgeArrival } from '../domain/arrival-verdict.ts';
import type { Field } from '../domain/fields.ts';
import type { Issue } from '../domain/issue.ts';
import { newIssue } from '../domain/issues.ts';
import { labelsToFields, type Mapping } from '../domain/mapping.ts';
import { type Preset, presetMapping } from '../domain/presets.ts';
import { type ResolvedMapping, resolveMapping } from '../domain/resolve-mapping.ts';
import { type Suggestion, suggestMapping } from '../domain/suggest-mapping.ts';
import { rivalJudge } from './file-rows.ts';
import { fileIssue, rowJudge, signatureIssue } from './reading-issues.ts';

/** Where the mapping comes from: given, made from a preset for this file's labels, or suggested. */
export type MappingSource =
  | { kind: 'given'; mapping: Mapping }
  | { kind: 'preset'; preset: Preset }
  | { kind: 'suggested' };

export type CheckOptions = {
  fileName: string;
  fields: readonly Field[];
  mapping: MappingSource;
  /** ISO 3166 alpha-2. */
  country: string;
};

export type CheckSummary = {
  dialect: Dialect;
  /** As read, without wholly blank columns. */
  labels: string[];
  /** Indexes of the columns that are wholly blank: no label, no data. */
  blankColumns: number[];
  /** Label → field, as used. */
  mapping: Record<string, string>;
  suggestions: Suggestion[];
  counts: { rows: number; accepted: number; skipped: number };
  issueCounts: Record<string, number>;
  /** An issue rejects the file: nothing of it would be imported. */
  rejected: boolean;
};

/** Called for every issue, in the order in which they are found; reading goes on when its promise settles. */
export type OnIssue = (issue: Issue) => Promise<void> | undefined;

/** Labels that help to find the header: those of the mapping, or all that are known. */
export function expectedLabels(source: MappingSource, fields: readonly Field[]): string[] {
  switch (source.kind) {
    case 'given':
      return source.mapping.columns.flatMap((column) => column.labels);
    case 'preset':
      return source.preset.columns.flatMap((column) => column.alternatives.flat());
    case 'suggested':
      return fields.flatMap((field) => [field.title, ...field.synonyms]);
  }
}

/** How many rows a suggestion looks at. */
const sampleRows = 100;

/** Reads the whole file once. Never throws on data; errors of the source pass through. */
export async function checkFile(
  source: AsyncIterable<Uint8Array>,
  options: CheckOptions,
  onIssue: OnIssue,
): Promise<CheckSummary> {
  const check = new FileCheck(options, onIssue);
  const reading = await readCsv(source, { expectedLabels: expectedLabels(options.mapping, options.fields) });
  try {
    if (reading.signature !== null) {
      await check.report(signatureIssue(reading.signature, options.fileName));
      return check.summary(reading.dialect, [], []);
    }
    await check.reportName();
    return await check.read(reading);
  } finally {
    await reading.close();
  }
}

class FileCheck {
  readonly #options: CheckOptions;
  readonly #onIssue: OnIssue;
  readonly #counts = { rows: 0, accepted: 0, skipped: 0 };
  readonly #issueCounts: Record<string, number> = {};
  readonly #told = new Set<Problem>();
  #mapping: Mapping = { columns: [] };
  #suggestions: Suggestion[] = [];
  #rejected = false;

  constructor(options: CheckOptions, onIssue: OnIssue) {
    this.#options = options;
    this.#onIssue = onIssue;
  }

  async report(issue: Issue): Promise<void> {
    this.#issueCounts[issue.code] = (this.#issueCounts[issue.code] ?? 0) + 1;
    if (issue.effect === 'file-rejected') this.#rejected = true;
    await this.#onIssue(issue);
  }

  /** A name that no feed would import: said, and read all the same. */
  async reportName(): Promise<void> {
    const extension = /\.[^./\\]*$/.exec(this.#options.fileName)?.[0] ?? '';
    if (extension.toLowerCase() === '.csv') return;
    await this.report(newIssue('unsupported-file-type', { effect: 'notice', facts: { kind: 'name', extension } }));
  }

  async read(reading: CsvReading): Promise<CheckSummary> {
    const batches = reading.batches[Symbol.asyncIterator]();
    const first = await batches.next();
    const firstRows = first.done === true ? [] : first.value.rows;
    const resolved = await this.#resolve(reading, firstRows);
    await this.#reportProblems(reading.problems);
    const judge = resolved === null ? null : this.#judge(resolved);
    for (let batch = first; batch.done !== true; batch = await batches.next())
      for (const row of batch.value.rows) {
        this.#counts.rows++;
        if (judge === null) this.#counts.skipped++;
        const reported = judge?.(row);
        if (reported !== undefined) await reported;
      }
    const result = reading.result();
    await this.#reportProblems(result.problems);
    await this.#reportCut(result);
    const blank = new Set(result.blankColumns);
    const labels = (result.header?.labels ?? []).filter((_, index) => !blank.has(index));
    return this.summary(result.dialect, labels, result.blankColumns);
  }

  summary(dialect: Dialect, labels: string[], blankColumns: number[]): CheckSummary {
    const { rows } = this.#counts;
    return {
      dialect,
      labels,
      blankColumns,
      mapping: labelsToFields(this.#mapping),
      suggestions: this.#suggestions,
      counts: this.#rejected ? { rows, accepted: 0, skipped: rows } : { ...this.#counts },
      issueCounts: { ...this.#issueCounts },
      rejected: this.#rejected,
    };
  }

  /** Null when no row can be judged; the issues say why. */
  async #resolve(reading: CsvReading, firstRows: readonly DataRow[]): Promise<ResolvedMapping | null> {
    const { header } = reading;
    if (header === null) return null;
    if (header.looksLikeData && header.expectedFound === 0) {
      await this.report(newIssue('no-header-row', { row: header.row, line: header.line }));
      return null;
    }
    const { fields } = this.#options;
    this.#mapping = this.#mappingFor(header.labels, firstRows);
    const resolved = resolveMapping(this.#mapping, header.labels, fields, {
      strict: false,
      headerRow: header.row,
      headerLine: header.line,
    });
    for (const issue of resolved.issues) await this.report(issue);
    return resolved.rejected ? null : resolved;
  }

  #mappingFor(labels: readonly string[], rows: readonly DataRow[]): Mapping {
    const { mapping: source, fields, country } = this.#options;
    if (source.kind === 'given') return source.mapping;
    if (source.kind === 'preset') return presetMapping(source.preset, labels);
    const samples = rows.slice(0, sampleRows).map((row) => row.cells);
    const { mapping, suggestions } = suggestMapping(labels, fields, { samples, country });
    this.#suggestions = suggestions;
    return mapping;
  }

  #judge(resolved: ResolvedMapping): (row: DataRow) => Promise<void> | undefined {
    const validate = rowJudge(resolved, { country: this.#options.country });
    const judgeRivals = rivalJudge(resolved);
    return (row) => {
      const { issues, accepted } = judgeRivals(row, validate(row));
      if (accepted) this.#counts.accepted++;
      else this.#counts.skipped++;
      return issues.length === 0 ? undefined : this.#reportAll(issues);
    };
  }

  async #reportAll(issues: readonly Issue[]): Promise<void> {
    for (const issue of issues) await this.report(issue);
  }

  /** Problems of file and header, each once: some are known before the rows, all at the end. */
  async #reportProblems(problems: readonly Problem[]): Promise<void> {
    for (const problem of problems) {
      if (this.#told.has(problem)) continue;
      this.#told.add(problem);
      const issue = fileIssue(problem, { strict: false });
      if (issue !== null) await this.report(issue);
    }
  }

  /** A file that would be held because its end seems to be missing. */
  async #reportCut(result: ReturnType<CsvReading['result']>): Promise<void> {
    const { totalBytes: size, finalNewline, endsInsideQuote, lastRowShort, quoteOpened, counts } = result;
    const verdict = judgeArrival({
      size,
      finalNewline: size === 0 ? null : finalNewline,
      endsInsideQuote,
      lastRowShort,
      announcedSize: null,
      writtenEnd: null,
      writeSize: null,
      writeCount: null,
    });
    if (verdict === null) return;
    const row = quoteOpened?.row ?? (lastRowShort ? counts.total : null);
    await this.report(newIssue('incomplete-upload', { row, facts: { kind: verdict.why } }));
  }
}

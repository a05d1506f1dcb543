// What `causeway check` prints: JSON lines that are written while a file is read, or a report for people.
// Invariant: however many issues a file has, only counts and a few examples are kept in memory.

import { once } from 'node:events';
import type { AppError } from '../domain/errors.ts';
import type { Field } from '../domain/fields.ts';
import type { Issue, IssueEffect } from '../domain/issue.ts';
import { counted, quoted } from '../domain/issue-words.ts';
import { describedIssue, issueEntry, issueMessage } from '../domain/issues.ts';
import type { CheckSummary, OnIssue } from '../inbound/check-file.ts';

/** What becomes of the issues of one file. */
export type CheckOutput = {
  onIssue: OnIssue;
  end(summary: CheckSummary): Promise<void>;
  /** Reading broke off. */
  fail(error: AppError): Promise<void>;
};

type Output = NodeJS.WritableStream;

/** Waits when the reader of our output is slower than we are. */
async function write(output: Output, text: string): Promise<void> {
  if (!output.write(text)) await once(output, 'drain');
}

const pieceLength = 64 * 1024;

/** One line per file: `{"file", "issues": […], "dialect", "labels", "mapping", "counts", "issueCounts"}`. */
export function jsonOutput(file: string, output: Output): CheckOutput {
  let text = `{"file":${JSON.stringify(file)},"issues":[`;
  let isFirst = true;
  return {
    onIssue(issue) {
      text += `${isFirst ? '' : ','}${JSON.stringify(describedIssue(issue))}`;
      isFirst = false;
      if (text.length < pieceLength) return undefined;
      const piece = text;
      text = '';
      return write(output, piece);
    },
    async end({ dialect, labels, mapping, counts, issueCounts }) {
      const rest = JSON.stringify({ dialect, labels, mapping, counts, issueCounts }).slice(1);
      await write(output, `${text}],${rest}\n`);
    },
    async fail({ code, title, detail }) {
      await write(output, `${text}],"error":${JSON.stringify({ code, title, detail })}}\n`);
    },
  };
}

const effectWords: Record<IssueEffect, string> = {
  'file-rejected': 'the file cannot be imported',
  'file-held': 'the file would be held for a person',
  'row-skipped': 'rows skipped',
  'cell-dropped': 'cells left out',
  kept: 'values kept',
  notice: 'to know',
};

type Group = { code: string; effect: IssueEffect; count: number; examples: string[] };

/** A headline, the counts, the mapping, and the issues grouped by kind with what to do. */
export function textOutput(file: string, fields: readonly Field[], output: Output): CheckOutput {
  const groups = new Map<string, Group>();
  const titles = new Map(fields.map((field) => [field.name, field.title]));
  const add = (issue: Issue) => {
    const key = `${issue.code} ${issue.effect}`;
    const group = groups.get(key) ?? { code: issue.code, effect: issue.effect, count: 0, examples: [] };
    groups.set(key, group);
    group.count++;
    if (group.examples.length < 3) group.examples.push(issueMessage(issue));
  };
  return {
    onIssue(issue) {
      add(issue);
      return undefined;
    },
    async end(summary) {
      await write(
        output,
        [headline(file, summary), ...mappingLines(summary, titles), ...groupLines(groups), ''].join('\n'),
      );
    },
    async fail(error) {
      await write(output, `${file}: ${error.title} ${error.detail}\n`);
    },
  };
}

function headline(file: string, { counts, rejected, dialect }: CheckSummary): string {
  const { rows, accepted, skipped } = counts;
  const verdict = rejected
    ? 'cannot be imported'
    : `${counted(rows, 'row')}: ${accepted.toLocaleString('en-US')} accepted, ${skipped.toLocaleString('en-US')} skipped`;
  const delimiter = dialect.delimiter === '\t' ? 'tab' : dialect.delimiter;
  const header = dialect.headerRow === 0 ? 'no header' : `header in row ${dialect.headerRow}`;
  return `${file}: ${verdict}\n  ${dialect.encoding}, delimiter ${delimiter}, line ends ${dialect.lineEnd}, ${header}`;
}

function mappingLines({ mapping, suggestions }: CheckSummary, titles: ReadonlyMap<string, string>): string[] {
  const entries = Object.entries(mapping);
  if (entries.length === 0) return [];
  const reasons = new Map(suggestions.map(({ label, reason }) => [label, reason]));
  const lines = entries.map(([label, field]) => {
    const reason = reasons.get(label);
    return `    ${quoted(label)} → ${titles.get(field) ?? field}${reason === undefined ? '' : `  (${reason})`}`;
  });
  return [suggestions.length > 0 ? '  Suggested mapping:' : '  Mapping:', ...lines];
}

const order: IssueEffect[] = ['file-rejected', 'file-held', 'row-skipped', 'cell-dropped', 'kept', 'notice'];

function groupLines(groups: ReadonlyMap<string, Group>): string[] {
  if (groups.size === 0) return ['  No issues.'];
  const sorted = [...groups.values()].toSorted((a, b) => order.indexOf(a.effect) - order.indexOf(b.effect));
  return sorted.flatMap(({ code, effect, count, examples }) => {
    const { title, remedy } = issueEntry(code);
    const more = count - examples.length;
    return [
      `  ${count.toLocaleString('en-US')} × ${title} (${code}): ${effectWords[effect]}`,
      ...examples.map((example) => `      ${example}`),
      ...(more > 0 ? [`      … and ${more.toLocaleString('en-US')} more`] : []),
      `    → ${remedy}`,
    ];
  });
}

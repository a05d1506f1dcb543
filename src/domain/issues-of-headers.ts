// The part of the issue dictionary about headers: labels and what stands above and between them.
// Invariant: see issues.ts.

import type { Issue } from './issue.ts';
import { counted, factList, factNumber, factText, type IssueEntry, quoted, quotedList } from './issue-words.ts';
import { joinWords } from './labels.ts';

export const headerIssues: readonly IssueEntry[] = [
  {
    code: 'missing-mapped-column',
    scope: 'header',
    effect: 'file-rejected',
    title: 'A mapped column is missing',
    explanation:
      'The mapping names a label that the file does not have. Without a required column no row can be imported. Without an optional one the rows are imported, and what the contacts have in that field stays.',
    remedy:
      'Correct the label in the export, or change the mapping to the label that the file has and use Import again.',
    message: missingColumn,
  },
  {
    code: 'unmapped-column',
    scope: 'header',
    effect: 'notice',
    title: 'A column is not mapped',
    explanation: 'The file has a column that the mapping does not use. It was left out.',
    remedy: 'Nothing, when you do not need it. Otherwise add it to the mapping and use Import again.',
    message: (issue) => `The column ${quoted(issue.label)} is not mapped to a field and was left out.`,
  },
  {
    code: 'duplicate-label',
    scope: 'header',
    effect: 'notice',
    title: 'A label stands twice',
    explanation:
      'Several columns have the same label. When the label is mapped, it cannot be known which column is meant, and the file is not imported.',
    remedy: 'Give each column a label of its own in the export, and send the file again.',
    message: (issue) => {
      const columns = joinWords(factList(issue, 'columns'));
      const end =
        issue.effect === 'file-rejected'
          ? 'it is mapped, and it cannot be known which one is meant'
          : 'they are not mapped';
      return `The label ${quoted(issue.label)} stands above several columns (${columns}); ${end}.`;
    },
  },
  {
    code: 'blank-label',
    scope: 'header',
    effect: 'notice',
    title: 'A column without a label',
    explanation: 'A column has no label, so it cannot be mapped and was left out.',
    remedy: 'Nothing, when the column is empty. Otherwise give it a label in the export.',
    message: (issue) => {
      const columns = factList(issue, 'columns');
      const filled = factNumber(issue, 'filled');
      const which =
        columns.length === 1 ? `Column ${columns[0]} has` : `Columns ${joinWords(columns.slice(0, 10))} have`;
      return filled === 0
        ? `${which} no label and no text.`
        : `${which} no label, but text in ${counted(filled, 'cell')}, which was left out.`;
    },
  },
  {
    code: 'label-normalised',
    scope: 'header',
    effect: 'notice',
    title: 'A label is written differently',
    explanation:
      'A label of the file differs from the mapped one in its writing only: case, spaces, quotation marks, hyphens, underscores, invisible or look-alike characters. It was taken as the same. A strict feed does not do that.',
    remedy: 'Nothing has to be done. Write the label in the mapping as the file has it, and the notice goes away.',
    message: (issue) => {
      const difference = factText(issue, 'difference');
      const how = difference === '' ? '' : ` The difference: ${difference}.`;
      return `${quoted(issue.label)} was taken as the mapped label ${quoted(factText(issue, 'mapped'))}.${how}`;
    },
  },
  {
    code: 'preamble-skipped',
    scope: 'header',
    effect: 'notice',
    title: 'Text above the header',
    explanation:
      'Above the row with the labels stand other rows, such as a title or the date of a report. They were left out.',
    remedy: 'Nothing, when the right row was taken as the header. Otherwise switch off report titles in the export.',
    message: (issue) => {
      const count = factNumber(issue, 'count');
      const wide = factNumber(issue, 'wide');
      const doubt =
        wide === 0
          ? ''
          : ` ${counted(wide, 'of them looks', 'of them look')} as full as the rows below: see that no data was left out.`;
      const rows =
        count === 1 && issue.row !== null
          ? `Row ${issue.row}, above the header, was left out.`
          : `${counted(count, 'row')} above the header ${count === 1 ? 'was' : 'were'} left out${issue.row === null ? '' : `, from row ${issue.row} on`}.`;
      return `${rows}${doubt}`;
    },
  },
  {
    code: 'no-header-row',
    scope: 'header',
    effect: 'file-rejected',
    title: 'No header',
    explanation:
      'The first row looks like a record and holds none of the mapped labels, so it cannot be known which column is which.',
    remedy: 'Switch on the header (column names) in the export, and send the file again.',
    message: (issue) => `Row ${issue.row ?? 1} should hold the labels of the columns, but looks like a record.`,
  },
  {
    code: 'unknown-field',
    scope: 'header',
    effect: 'notice',
    title: 'The mapping names an unknown field',
    explanation: 'A column is mapped to a field that the institution does not have. The column was left out.',
    remedy: 'Create the field, or map the column to another one, and use Import again.',
    message: (issue) =>
      `The column ${quoted(issue.label)} is mapped to ${quoted(factText(issue, 'field'))}, and there is no such field.`,
  },
];

function missingColumn(issue: Issue): string {
  const title = factText(issue, 'title') || factText(issue, 'field');
  if (issue.facts.unmapped === true) return `No column is mapped to ${title}, which every import needs.`;
  const end = issue.effect === 'file-rejected' ? 'No row was imported.' : 'The field was left as it is.';
  const nearest = factList(issue, 'nearest');
  if (issue.facts.ambiguous === true)
    return `The file has no column ${quoted(issue.label)} (mapped to ${title}), and ${quotedList(nearest)} could be meant. ${end}`;
  const start =
    issue.label === null
      ? `The file has no column for ${title}.`
      : `The file has no column ${quoted(issue.label)} (mapped to ${title}).`;
  const difference = factText(issue, 'difference');
  if (difference !== '')
    return `${start} ${quoted(nearest[0] ?? null)} differs by ${difference}, and this feed is strict. ${end}`;
  const near = nearest.length === 0 ? '' : ` Nearest: ${quotedList(nearest)}.`;
  return `${start}${near} ${end}`;
}

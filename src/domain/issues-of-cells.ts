// The part of the issue dictionary about cells: values that do not fit their field.
// Invariant: see issues.ts. Each sentence says why, where the text itself shows it.

import type { Issue } from './issue.ts';
import {
  atRow,
  counted,
  factList,
  factNumber,
  factText,
  type IssueEntry,
  inColumn,
  outcome,
  quoted,
  quotedList,
} from './issue-words.ts';

const dropped =
  'An optional cell is left out and the rest of its row imported; when the column is required, or its policy says so, the row is skipped.';

export const cellIssues: readonly IssueEntry[] = [
  {
    code: 'invalid-phone',
    scope: 'cell',
    effect: 'cell-dropped',
    title: 'Not a phone number',
    explanation: `The text is no phone number in use, in the institution’s country or with a country code. ${dropped}`,
    remedy: 'Correct the number in your system. Numbers of other countries begin with + and the country code.',
    message: (issue) => cell(issue, phoneReason(issue.value ?? '')),
  },
  {
    code: 'invalid-email',
    scope: 'cell',
    effect: 'cell-dropped',
    title: 'Not an e-mail address',
    explanation: `The text is not one e-mail address. ${dropped}`,
    remedy: 'Correct the address in your system: one address, such as name@example.edu, and nothing else.',
    message: (issue) => cell(issue, emailReason(issue.value ?? '')),
  },
  {
    code: 'invalid-date',
    scope: 'cell',
    effect: 'cell-dropped',
    title: 'Not a date',
    explanation: `The text is not a day, or could be two different ones. ${dropped}`,
    remedy: 'Export dates as YYYY-MM-DD, or set the date format of the column in the mapping.',
    message: (issue) => cell(issue, dateReason(issue)),
  },
  {
    code: 'invalid-number',
    scope: 'cell',
    effect: 'cell-dropped',
    title: 'Not a number',
    explanation: `The text is not a number, could be two different ones, or is out of the field’s range. ${dropped}`,
    remedy: 'Export plain numbers such as 1234.5, without currency or percent signs.',
    message: (issue) => {
      const { min, max, whole } = issue.facts;
      if (typeof min !== 'number' || typeof max !== 'number') return cell(issue, 'is not a number, or could be two');
      return cell(issue, `is not a ${whole === true ? 'whole ' : ''}number from ${min} to ${max}`);
    },
  },
  {
    code: 'invalid-boolean',
    scope: 'cell',
    effect: 'cell-dropped',
    title: 'Not yes or no',
    explanation: `The text is none of yes, no, y, n, true, false, 1 and 0. ${dropped}`,
    remedy: 'Use Y and N, or add the text to the value map of the column.',
    message: (issue) => cell(issue, 'is neither yes nor no'),
  },
  {
    code: 'invalid-url',
    scope: 'cell',
    effect: 'cell-dropped',
    title: 'Not a web address',
    explanation: `The text is not a web address that begins with http:// or https://. ${dropped}`,
    remedy: 'Write the whole address, such as https://www.example.edu/page.',
    message: (issue) =>
      cell(issue, /^www\./i.test(issue.value ?? '') ? 'lacks https:// at its beginning' : 'is not a web address'),
  },
  {
    code: 'unknown-option',
    scope: 'cell',
    effect: 'cell-dropped',
    title: 'Not one of the options',
    explanation: `The field has a fixed list of options, and the text is none of them. ${dropped}`,
    remedy: 'Correct the value, add the option to the field, or translate it with the value map of the column.',
    message: (issue) => {
      const nearest = factList(issue, 'nearest');
      const options = factList(issue, 'options');
      const most = options.slice(0, 5);
      const hint =
        nearest.length > 0
          ? ` (nearest: ${quotedList(nearest)})`
          : most.length > 0
            ? ` (such as ${quotedList(most)})`
            : '';
      return cell(issue, `is not one of the ${counted(factNumber(issue, 'optionCount'), 'option')}${hint}`);
    },
  },
  {
    code: 'value-too-long',
    scope: 'cell',
    effect: 'cell-dropped',
    title: 'Too long',
    explanation: `The text is longer than the field allows. It is not cut, as half a value would be wrong. ${dropped}`,
    remedy: 'Shorten the value, or see whether the column is mapped to the right field.',
    message: (issue) =>
      cell(
        issue,
        `has ${counted(factNumber(issue, 'length'), 'character')}; the field takes ${factNumber(issue, 'limit').toLocaleString('en-US')}`,
      ),
  },
  {
    code: 'spreadsheet-damaged-value',
    scope: 'cell',
    effect: 'cell-dropped',
    title: 'Damaged by a spreadsheet',
    explanation: `A spreadsheet program has replaced the value: a long number by a rounded one such as 6.02E+23, a formula by an error such as #REF!, or a code by one without its leading zeros. The original cannot be known from the file. ${dropped}`,
    remedy:
      'Export again, and do not open and save the file in a spreadsheet in between; or format the column there as text first.',
    message: (issue) => {
      switch (issue.facts.kind) {
        case 'error':
          return cell(issue, 'is an error message of a spreadsheet');
        case 'leading-zeros':
          return cell(issue, `has lost its leading zeros (it should be ${quoted(factText(issue, 'expected'))})`);
        default:
          return cell(issue, 'is a number that a spreadsheet has rounded: its last digits are lost');
      }
    },
  },
];

function cell(issue: Issue, what: string): string {
  return `${atRow(issue)}${quoted(issue.value)}${inColumn(issue)} ${what}; ${outcome(issue)}.`;
}

function phoneReason(text: string): string {
  const digits = text.normalize('NFKC').replace(/\D/g, '').length;
  if (digits === 0) return 'holds no phone number';
  if (digits < 7) return 'has too few digits for a phone number';
  if (digits === 7) return 'has no area code';
  if (digits > 20 || /[;,/]|\bor\b/i.test(text)) return 'seems to hold more than one phone number';
  return 'is not a phone number in use';
}

function emailReason(text: string): string {
  const signs = text.split('@').length - 1;
  if (signs === 0) return 'has no @, so it is not an e-mail address';
  if (signs > 1) return 'holds more than one @, so it is not one e-mail address';
  if (/\s/.test(text)) return 'holds a space, so it is not an e-mail address';
  if (!/@.+\.[^.]+$/.test(text)) return 'has no complete domain behind the @';
  return 'is not an e-mail address';
}

function dateReason(issue: Issue): string {
  const text = issue.value ?? '';
  const format = issue.facts.format;
  if (typeof format === 'string') return `is not a date written as ${format}`;
  if (/^\d{5}(?:\.\d+)?$/.test(text)) return 'is the day number of a spreadsheet, not a date';
  if (/^\d{1,2}[-/. ](?:\d{1,2}|[a-z]{3,9})[-/. ]\d{2}$/i.test(text)) return 'has a year of two digits';
  if (/\d:\d\d/.test(text)) return 'is a time, which can be another day in another zone';
  return `is not a date (expected YYYY-MM-DD or ${issue.facts.order === 'mdy' ? 'month/day/year' : 'day/month/year'})`;
}

// The part of the issue dictionary about rows and what they meet among the contacts.
// Invariant: see issues.ts; another contact is named by its Causeway ID only (ruling 42).

import type { Issue } from './issue.ts';
import {
  atRow,
  counted,
  factList,
  factNumber,
  factText,
  type IssueEntry,
  listedRows,
  outcome,
  quoted,
} from './issue-words.ts';

export const rowIssues: readonly IssueEntry[] = [
  {
    code: 'blank-required-data-in-record',
    scope: 'row',
    effect: 'row-skipped',
    title: 'A required value is blank',
    explanation:
      'A column that is required has no value in this row, or one that the mapping ignores. The row was skipped.',
    remedy: 'Fill in the value in your system or in the rows to fix, and send them again.',
    message: (issue) => {
      const column = issue.label === null ? factText(issue, 'title') : quoted(issue.label);
      return issue.value === null || issue.value === ''
        ? `${atRow(issue)}${column} is required and blank; the row was skipped.`
        : `${atRow(issue)}${column} is required, and ${quoted(issue.value)} is ignored as blank; the row was skipped.`;
    },
  },
  {
    code: 'duplicate-unique-id-crmId',
    scope: 'row',
    effect: 'row-skipped',
    title: 'The CRM ID stands twice in the file',
    explanation:
      'An earlier row of the same file has the same CRM ID. The first row has it, also when that row was skipped; later ones are skipped.',
    remedy: 'See which of the rows is right, give the other its own CRM ID or remove it, and send the rows again.',
    message: (issue) =>
      `${atRow(issue)}the CRM ID ${quoted(issue.value)} stands already in ${otherRow(issue)}; the row was skipped.`,
  },
  {
    code: 'duplicate-unique-id-causewayId',
    scope: 'row',
    effect: 'row-skipped',
    title: 'Two rows are for the same contact',
    explanation:
      'An earlier row of the same file is for the same contact, found by Causeway ID or CRM ID. The first row counts; later ones are skipped.',
    remedy: 'Keep one row for each contact, and send it again when the wrong one was used.',
    message: (issue) => `${atRow(issue)}${otherRow(issue)} is for the same contact; the row was skipped.`,
  },
  {
    code: 'duplicate-contact',
    scope: 'row',
    effect: 'row-skipped',
    title: 'The phone belongs to another contact',
    explanation:
      'A phone number can belong to one contact only, and another contact or an earlier row of the file has this one. The row was skipped.',
    remedy:
      'See who has the number. Correct it in your system, or merge the two records there, and send the row again.',
    message: (issue) => {
      const contact = factText(issue, 'otherContact');
      const owner =
        contact === '' ? `the contact in ${otherRow(issue)}` : `the contact with the Causeway ID ${contact}`;
      return `${atRow(issue)}the phone ${quoted(issue.value)} belongs to ${owner}; the row was skipped.`;
    },
  },
  {
    code: 'contact-out-of-sync',
    scope: 'row',
    effect: 'kept',
    title: 'The file has an old phone',
    explanation:
      'Somebody changed this contact’s phone in Causeway, and the file would bring the old number back. The phone stays as it is; the rest of the row was imported.',
    remedy: 'Correct the phone in your system. To go back to the old number, set it in the contact by hand.',
    message: (issue) =>
      `${atRow(issue)}${quoted(issue.value)} is the old phone of this contact; the one set by hand was kept.`,
  },
  {
    code: 'text-opt-out-kept',
    scope: 'row',
    effect: 'kept',
    title: 'The text opt-out stays',
    explanation:
      'The contact wants no text messages, and the file says otherwise. An import never takes an opt-out back; the rest of the row was imported.',
    remedy: 'When the person has agreed again, change it in the contact by hand.',
    message: (issue) => `${atRow(issue)}the contact has opted out of text messages, and that was kept.`,
  },
  {
    code: 'unknown-contact-id',
    scope: 'row',
    effect: 'row-skipped',
    title: 'No contact has this Causeway ID',
    explanation:
      'The row names a contact by its Causeway ID, and the institution has none with that ID. The row was skipped.',
    remedy: 'Leave the Causeway ID blank to find the contact by CRM ID, or correct it, and send the row again.',
    message: (issue) =>
      issue.facts.kind === 'form'
        ? `${atRow(issue)}${quoted(issue.value)} is not a Causeway ID; the row was skipped.`
        : `${atRow(issue)}no contact has the Causeway ID ${quoted(issue.value)}; the row was skipped.`,
  },
  {
    code: 'contact-id-conflict',
    scope: 'row',
    effect: 'row-skipped',
    title: 'The two ids are of different contacts',
    explanation:
      'The Causeway ID of the row belongs to one contact and its CRM ID to another. It cannot be known who is meant; the row was skipped.',
    remedy: 'Correct one of the two ids, and send the row again.',
    message: (issue) => {
      const contact = factText(issue, 'otherContact');
      const owner = contact === '' ? 'another contact' : `the contact with the Causeway ID ${contact}`;
      return `${atRow(issue)}the CRM ID ${quoted(issue.value)} belongs to ${owner}, not to the one whose Causeway ID the row has; the row was skipped.`;
    },
  },
  {
    code: 'column-count-mismatch',
    scope: 'row',
    effect: 'row-skipped',
    title: 'The row does not fit the header',
    explanation:
      'The row has more or fewer cells than there are labels. Missing cells at its end count as not sent. A row with too much text was skipped, as its values may stand in wrong columns.',
    remedy:
      'A comma within a value needs quotation marks around the value. Correct the export or the row, and send it again.',
    message: (issue) => {
      const expected = factNumber(issue, 'expected');
      const rows = factNumber(issue, 'count');
      if (issue.facts.kind === 'long-blank')
        return `${sentence(listedRows(factList(issue, 'firstRows'), rows))} ${rows === 1 ? 'has' : 'have'} blank cells beyond the last label; they were left out.`;
      const found = counted(factNumber(issue, 'found'), 'cell');
      const labels = counted(expected, 'label');
      return `${atRow(issue)}${found} for ${labels}; ${issue.effect === 'row-skipped' ? 'the row was skipped' : 'the missing ones count as not sent'}.`;
    },
  },
  {
    code: 'malformed-quoting',
    scope: 'row',
    effect: 'row-skipped',
    title: 'Broken quotation marks',
    explanation:
      'A quotation mark is missing or stands where none may be, so it cannot be known where values begin and end. The row was skipped, unless only spaces or a column that is not mapped are concerned.',
    remedy:
      'Write a quotation mark within a quoted value twice (""), and close every value that opens with one. Then send the row again.',
    message: (issue) => {
      const end = outcome(issue);
      switch (issue.facts.kind) {
        case 'open-quote':
          return `${atRow(issue)}a quotation mark${columnOf(issue)} is opened and never closed; everything after it, ${counted(factNumber(issue, 'lines'), 'line')}, is in that one value; ${end}.`;
        case 'rows-inside':
          return `${atRow(issue)}a value${columnOf(issue)} holds ${counted(factNumber(issue, 'rowsInside'), 'line')} that look like rows of their own: a quotation mark is probably missing; ${end}.`;
        default:
          if (issue.facts.repaired === true)
            return `${atRow(issue)}spaces stand after a closing quotation mark${columnOf(issue)}; the value was read without them.`;
          return `${atRow(issue)}text stands after a closing quotation mark${columnOf(issue)}; ${end}.`;
      }
    },
  },
  {
    code: 'row-too-large',
    scope: 'row',
    effect: 'row-skipped',
    title: 'The row is too large',
    explanation:
      'A cell of more than 1 MiB, a row of more than 16 MiB or more than 10,000 cells is no record of a person. The row was skipped; in a header, the file was not read.',
    remedy:
      'Look at this place of the file: often a quotation mark or a line end is missing. Correct it and send the file again.',
    message: (issue) => {
      const size = `${counted(factNumber(issue, 'bytes'), 'byte')}, ${counted(factNumber(issue, 'cells'), 'cell')}`;
      return `${atRow(issue)}${issue.scope === 'header' ? 'the header' : 'the row'} is too large (${size}); ${issue.effect === 'file-rejected' ? 'the file was not read' : 'the row was skipped'}.`;
    },
  },
  {
    code: 'blank-row',
    scope: 'row',
    effect: 'notice',
    title: 'Blank rows',
    explanation: 'Rows without any text were left out. They do not count as rows.',
    remedy: 'Nothing has to be done.',
    message: (issue) => {
      const count = factNumber(issue, 'count');
      const first = factList(issue, 'firstRows');
      return `${counted(count, 'blank row')} ${count === 1 ? 'was' : 'were'} left out (${listedRows(first, count)}).`;
    },
  },
];

function otherRow(issue: Issue): string {
  const row = factNumber(issue, 'otherRow');
  return row === 0 ? 'another row' : `row ${row}`;
}

function columnOf(issue: Issue): string {
  return issue.label === null ? '' : ` in ${quoted(issue.label)}`;
}

function sentence(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1);
}

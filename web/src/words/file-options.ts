// How a delivered file looks, in words; the example of its name; its columns as the form edits them.
// Invariant: the example follows src/domain/file-names.ts (file-options.test.ts compares both); the API checks and decides.

import type { FileOptionsView } from '@api/destinations.ts';
import type { Field } from '@api/institutions.ts';
import { fieldTitle } from './feeds.ts';

type Choice<Value extends string> = { value: Value; label: string };

export const delimiterChoices: Choice<FileOptionsView['delimiter']>[] = [
  { value: 'comma', label: 'Comma' },
  { value: 'semicolon', label: 'Semicolon' },
  { value: 'tab', label: 'Tab' },
  { value: 'pipe', label: 'Vertical bar |' },
];

export const quotingChoices: Choice<FileOptionsView['quoting']>[] = [
  { value: 'as-needed', label: 'Only where needed' },
  { value: 'all', label: 'Every value' },
];

export const lineEndChoices: Choice<FileOptionsView['lineEnd']>[] = [
  { value: 'crlf', label: 'Windows (CRLF)' },
  { value: 'lf', label: 'Unix (LF)' },
];

export const encodingChoices: Choice<FileOptionsView['encoding']>[] = [
  { value: 'utf-8', label: 'UTF-8' },
  { value: 'utf-8-bom', label: 'UTF-8 with a byte order mark (Excel)' },
  { value: 'utf-16le', label: 'UTF-16 (little endian)' },
  { value: 'windows-1252', label: 'Windows-1252 (old systems)' },
];

export const emptyFileChoices: Choice<FileOptionsView['emptyFile']>[] = [
  { value: 'skip', label: 'Send no file' },
  { value: 'send', label: 'Send a file with only the header' },
];

export const sameNameChoices: Choice<FileOptionsView['sameName']>[] = [
  { value: 'number', label: 'Add a number to the new file' },
  { value: 'replace', label: 'Replace the file there' },
];

function labelOf<Value extends string>(choices: Choice<Value>[], value: Value): string {
  return choices.find((choice) => choice.value === value)?.label ?? value;
}

/** The format in one line: `CSV · comma · quotes only where needed · …`. */
export function formatWords(file: FileOptionsView): string {
  return [
    labelOf(encodingChoices, file.encoding),
    `separated by ${labelOf(delimiterChoices, file.delimiter).toLowerCase()}`,
    file.quoting === 'all' ? 'every value in quotes' : 'quotes only where needed',
    `${labelOf(lineEndChoices, file.lineEnd)} line ends`,
    file.header ? 'with a header' : 'without a header',
  ].join(' · ');
}

/** What goes beyond the file itself, in words. */
export function extrasWords(file: FileOptionsView): string[] {
  return [
    ...(file.pgpKey === null ? [] : ['Encrypted for your OpenPGP key']),
    ...(file.manifest ? ['A signed manifest is put beside it'] : []),
    ...(file.done ? ['A .done marker is put after it'] : []),
    ...(file.readBack ? ['It is read back and compared before the rename'] : []),
  ];
}

export const nameTokens: { token: string; meaning: string }[] = [
  { token: '{institution}', meaning: 'the short name of your institution' },
  { token: '{dataset}', meaning: 'connections or contacts' },
  { token: '{date}', meaning: 'the day, such as 2026-11-21' },
  { token: '{time}', meaning: 'the time, such as 020000' },
  { token: '{number}', meaning: 'the number of the file, counted from 1' },
  { token: '{rows}', meaning: 'how many rows it holds' },
  { token: '{window}', meaning: 'the positions from which to which it reaches' },
];

type NameFacts = { institution: string; dataset: string; zone: string; now: number; encrypted: boolean };

/** A name that the template gives, with an invented number, rows and window. */
export function nameExample(template: string, { institution, dataset, zone, now, encrypted }: NameFacts): string {
  const [date = '', time = ''] = new Intl.DateTimeFormat('sv-SE', {
    timeZone: zone,
    dateStyle: 'short',
    timeStyle: 'medium',
  })
    .format(now)
    .split(' ');
  const values: Record<string, string> = {
    institution,
    dataset,
    date,
    time: time.replaceAll(':', ''),
    number: '1',
    rows: '250',
    window: '0-12',
  };
  const name = template.replace(/\{([^{}]*)\}/g, (whole, token: string) =>
    Object.hasOwn(values, token) ? (values[token] ?? whole) : whole,
  );
  return encrypted && !/\.(?:pgp|gpg|asc)$/i.test(name) ? `${name}.pgp` : name;
}

/** Can two files get the same name? */
export function canRepeat(template: string): boolean {
  const has = (token: string) => template.includes(`{${token}}`);
  return !(has('number') || has('window') || (has('date') && has('time')));
}

/** The columns of connections, in the order of a delivered file. */
export const connectionColumns: readonly string[] = [
  'externalId',
  'connectedAt',
  'studentId',
  'firstName',
  'lastName',
  'gender',
  'raceEthnicity',
  'dateOfBirth',
  'graduationYear',
  'gpa',
  'school',
  'email',
  'phone',
  'street',
  'city',
  'state',
  'postalCode',
  'country',
  'majors',
];

const connectionTitles: Record<string, string> = {
  externalId: 'The sender’s ID',
  connectedAt: 'Connected',
  studentId: 'Student ID',
};

/** The title of a column; `fields` are those of contacts. */
export function columnTitle(name: string, fields: Field[]): string {
  return connectionTitles[name] ?? fieldTitle(name, fields);
}

/** A column as the form has it; one that is not sent keeps its place and its name. */
export type DraftColumn = { field: string; header: string; sent: boolean };

/** The columns that were chosen, in their order, then the others; null stands for all under their own names. */
export function columnDraft(columns: FileOptionsView['columns'], known: readonly string[]): DraftColumn[] {
  const chosen = (columns ?? known.map((field) => ({ field, header: field }))).map((column) => ({
    ...column,
    sent: true,
  }));
  const left = known.filter((field) => !chosen.some((column) => column.field === field));
  return [...chosen, ...left.map((field) => ({ field, header: field, sent: false }))];
}

/** As the API wants them: null when they are all of the columns, under their own names, in their usual order. */
export function columnsOf(draft: readonly DraftColumn[], known: readonly string[]): FileOptionsView['columns'] {
  const sent = draft.filter((column) => column.sent).map(({ field, header }) => ({ field, header: header.trim() }));
  const usual =
    sent.length === known.length &&
    sent.every((column, index) => column.field === known[index] && column.header === column.field);
  return usual ? null : sent;
}

/** Moves a column one place up (-1) or down (1). */
export function moveColumn(draft: readonly DraftColumn[], index: number, by: -1 | 1): DraftColumn[] {
  const moved = [...draft];
  const [column] = moved.splice(index, 1);
  if (column !== undefined) moved.splice(Math.max(0, index + by), 0, column);
  return moved;
}

/** What is wrong with the columns, or null. */
export function columnsProblem(draft: readonly DraftColumn[]): string | null {
  const sent = draft.filter((column) => column.sent);
  if (sent.length === 0) return 'Choose at least one column.';
  if (sent.some((column) => column.header.trim() === '')) return 'Give each column a name in the file.';
  const names = sent.map((column) => column.header.trim());
  const twice = names.find((name, index) => names.indexOf(name) !== index);
  return twice === undefined ? null : `Two columns are called “${twice}”. Give each a name of its own.`;
}

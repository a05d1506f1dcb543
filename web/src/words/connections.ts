// Connections and their loads in words.

import type { ConnectionLoadSummary, ConnectionView, LoadProblem } from '@api/connections.ts';
import { count, listWords } from './numbers.ts';
import type { Tone } from './states.ts';

/** `Ada Lovelace`, or the sender's id of somebody without a name. */
export function connectionName({ firstName, lastName, externalId }: ConnectionView): string {
  const parts = [firstName, lastName].filter((part) => part !== null);
  return parts.length > 0 ? parts.join(' ') : externalId;
}

/** Is it a day, and not a moment of one? */
export function isDay(connectedAt: string): boolean {
  return /^\d{4}-\d{2}-\d{2}$/.test(connectedAt);
}

/** The columns of a connection as people say them, in the order of a delivered file. */
export const connectionFields: { name: keyof ConnectionView; title: string }[] = [
  { name: 'externalId', title: 'Id of the sender' },
  { name: 'connectedAt', title: 'Connected' },
  { name: 'studentId', title: 'Student ID' },
  { name: 'firstName', title: 'First name' },
  { name: 'lastName', title: 'Last name' },
  { name: 'gender', title: 'Gender' },
  { name: 'raceEthnicity', title: 'Race/Ethnicity' },
  { name: 'dateOfBirth', title: 'Date of birth' },
  { name: 'graduationYear', title: 'Graduation year' },
  { name: 'gpa', title: 'GPA' },
  { name: 'school', title: 'School' },
  { name: 'email', title: 'E-mail' },
  { name: 'phone', title: 'Phone' },
  { name: 'street', title: 'Street' },
  { name: 'city', title: 'City' },
  { name: 'state', title: 'State' },
  { name: 'postalCode', title: 'Postal code' },
  { name: 'country', title: 'Country' },
  { name: 'majors', title: 'Majors' },
];

export function deliveryWords({ delivered, leftOut }: Pick<ConnectionView, 'delivered' | 'leftOut'>): string {
  if (leftOut) return 'Before the start date';
  return delivered ? 'Delivered' : 'Not yet delivered';
}

type Counts = Pick<ConnectionLoadSummary, 'created' | 'updated' | 'unchanged' | 'rejected'>;

/** How many rows the load had. */
function loadRows({ created, updated, unchanged, rejected }: Counts): number {
  return created + updated + unchanged + rejected;
}

/** `Loaded`, and what else is to be known at a glance. */
export function loadState(load: Counts & { notices: number }): { tone: Tone; words: string } {
  if (loadRows(load) === 0) return { tone: 'attention', words: 'No rows in it' };
  if (load.rejected === loadRows(load)) return { tone: 'bad', words: 'Nothing loaded' };
  if (load.rejected > 0) return { tone: 'attention', words: 'Loaded in part' };
  return { tone: load.notices > 0 ? 'attention' : 'good', words: load.notices > 0 ? 'Loaded with notices' : 'Loaded' };
}

/** What became of the rows, as one sentence. */
export function loadSentence(load: Counts): string {
  const rows = loadRows(load);
  if (rows === 0) return 'There was no row of data in it, so nothing changed.';
  const parts = [
    load.created > 0 && `${count(load.created, 'connection')} created`,
    load.updated > 0 && `${load.updated.toLocaleString('en')} updated`,
    load.unchanged > 0 && `${load.unchanged.toLocaleString('en')} unchanged`,
    load.rejected > 0 && `${load.rejected.toLocaleString('en')} rejected`,
  ].filter((part) => part !== false);
  return `${count(rows, 'row')}: ${listWords(parts)}.`;
}

/** What to do next, where there is something to do. */
export function loadAdvice(load: Counts): string | null {
  return load.rejected === 0
    ? null
    : 'Correct the rejected rows in the sender’s system or in the file, and load it again. Rows that are there already stay as they are.';
}

export const problemEffects: Record<LoadProblem['effect'], { tone: Tone; words: string }> = {
  'row-rejected': { tone: 'bad', words: 'Row rejected' },
  'cell-dropped': { tone: 'attention', words: 'Cell left out' },
  notice: { tone: 'quiet', words: 'Notice' },
};

/** The message of a problem without its place, which has a column of its own. */
export function problemWords({ message }: Pick<LoadProblem, 'message'>): string {
  const text = message.replace(/^(?:Row|Line) \d+: /, '');
  return text.charAt(0).toUpperCase() + text.slice(1);
}

/** Offered majors as they are typed: one a line, blank lines nobody. */
export function majorLines(text: string): string[] {
  return text
    .split('\n')
    .map((line) => line.trim())
    .filter((line) => line !== '');
}

// What can be sent out, and the columns that a delivered file can have.
// Invariant: the names and their order are those that senders and receivers rely on (ruling 34).

import { standardFields } from './fields.ts';

export const datasets = ['connections', 'contacts'] as const;
export type Dataset = (typeof datasets)[number];

/** The columns of connections, in the order of a delivered file; also the input's. */
export const connectionColumns = [
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
] as const;
export type ConnectionColumn = (typeof connectionColumns)[number];

/** The columns of contacts in the order of a delivered file, before the institution's own: the standard fields. */
export const contactColumns: readonly string[] = standardFields.map((field) => field.name);

/** All columns that a file of the dataset can have, in their order; `customFields` by their names without `custom.`. */
export function columnsOf(dataset: Dataset, customFields: readonly { name: string }[]): readonly string[] {
  if (dataset === 'connections') return connectionColumns;
  return [...contactColumns, ...customFields.map((field) => `custom.${field.name}`)];
}

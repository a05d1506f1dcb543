// The cells of a delivered file as SQL: for each column of a dataset the expression that gives its text.
// Invariant: nothing that a person wrote becomes part of a statement: only names of this table, checked UUIDs and instants.

import type { ConnectionColumn, Dataset } from '../domain/dataset.ts';
import { standardFields } from '../domain/fields.ts';
import { type InstitutionId, isUuid } from '../domain/ids.ts';
import type { CustomFieldRecord } from './custom-fields.ts';

/** What the cells depend on besides the rows, read in the same snapshot. */
export type CellContext = {
  institutionId: InstitutionId;
  majorsEntitled: boolean;
  hasOfferedMajors: boolean;
  customFields: readonly CustomFieldRecord[];
};

/** COPY takes no parameters, so that ids stand in the text. Throws when it is none (a bug). */
export function uuidLiteral(id: string): string {
  if (!isUuid(id)) throw new Error('not a UUID');
  return `'${id}'::uuid`;
}

export function instantLiteral(at: Date): string {
  return `'${at.toISOString()}'::timestamptz`;
}

export function positionLiteral(position: number): string {
  if (!Number.isSafeInteger(position) || position < 0) throw new Error('not a position');
  return String(position);
}

const plainConnectionColumns: Record<Exclude<ConnectionColumn, 'majors'>, string> = {
  externalId: 'c.external_id',
  connectedAt: 'c.connected_at_text',
  studentId: 'c.student_id',
  firstName: 'c.first_name',
  lastName: 'c.last_name',
  gender: 'c.gender',
  raceEthnicity: 'c.race_ethnicity',
  dateOfBirth: 'c.date_of_birth',
  graduationYear: 'c.graduation_year',
  gpa: 'c.gpa',
  school: 'c.school',
  email: 'c.email',
  phone: 'c.phone',
  street: 'c.street',
  city: 'c.city',
  state: 'c.state',
  postalCode: 'c.postal_code',
  country: 'c.country',
};

/** Field → expression over the row `c`, for all columns of the dataset. */
export function cellExpressions(dataset: Dataset, context: CellContext): Map<string, string> {
  if (dataset === 'connections')
    return new Map(Object.entries({ ...plainConnectionColumns, majors: majorsExpression(context) }));
  const institution = uuidLiteral(context.institutionId);
  const standard = standardFields.map((field): [string, string] => [
    field.name,
    // A boolean would become t or f.
    `c.${field.column}${field.sqlType === 'boolean' ? '::text' : ''}`,
  ]);
  // The name is looked up once per statement: it is text of a person.
  const custom = context.customFields.map((field): [string, string] => [
    `custom.${field.name}`,
    `(c.custom ->> (select name from custom_fields where institution_id = ${institution} and id = ${uuidLiteral(field.id)}))`,
  ]);
  return new Map([...standard, ...custom]);
}

/**
 * At most three, joined by `;`. With a list of offered majors only those on it, in its spelling (names are compared without
 * regard to case); the list becomes one look-up table per statement.
 */
function majorsExpression({ institutionId, majorsEntitled, hasOfferedMajors }: CellContext): string {
  if (!majorsEntitled) return 'null::text';
  if (!hasOfferedMajors) return `array_to_string(c.majors[1:3], ';')`;
  const offered = `(select jsonb_object_agg(lower(name), name) from offered_majors where institution_id = ${uuidLiteral(institutionId)})`;
  return `concat_ws(';', ${[1, 2, 3].map((at) => `${offered} ->> lower(c.majors[${at}])`).join(', ')})`;
}

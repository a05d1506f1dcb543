// The people of the rosters: what the nth person's row says in its vth version.
// Invariant: nobody ever has a phone that another person has or had, so that no row is contested, in whatever order files arrive.

import { phoneNumber } from './seeded.ts';

export const labels = {
  'Student ID': 'crmId',
  'First Name': 'firstName',
  'Last Name': 'lastName',
  'Cell Phone': 'phone',
  Email: 'email',
  'Date of Birth': 'dateOfBirth',
  School: 'school',
} as const;

export type FieldName = (typeof labels)[keyof typeof labels];
export const fieldNames = Object.values(labels);

/** The cells of a row as they stand in the file, unquoted. */
export type Cells = Record<FieldName, string>;

/** So many versions may a person have before a phone number comes again, which then is the same person's. */
const versions = 32;

export function personCells(person: number, version: number): Cells {
  const two = (n: number) => String(n).padStart(2, '0');
  const phone = phoneNumber(person * versions + (version % versions));
  return {
    crmId: `P${String(person).padStart(6, '0')}`,
    firstName: `Given ${person % 97}`,
    lastName: version === 0 ? `Family ${person % 89}` : `Family ${person % 89}, ${version}`,
    phone: `${phone.slice(0, 3)}-${phone.slice(3, 6)}-${phone.slice(6)}`,
    email: `person.${person}.${version}@lakeside.example.edu`,
    dateOfBirth: `${1990 + (person % 18)}-${two(1 + (person % 12))}-${two(1 + (person % 28))}`,
    school: schoolOf(person),
  };
}

/** Long, so that a file that is large in bytes is cheap in rows; of every fifth person on several lines and with quotes. */
function schoolOf(person: number): string {
  const name = `School ${person % 41} for the arts, sciences and everything that a town by a lake wants its children to know`;
  if (person % 5 !== 0) return name;
  return `${name}\nCampus "North", behind the old mill\nroom ${person % 300}; second door, then the stairs`;
}

/** The phone as a contact has it. */
export function asE164(phone: string): string {
  return `+1${phone.replaceAll('-', '')}`;
}

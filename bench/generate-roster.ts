// Owns the roster that benchmarks read: a CSV of students, the same bytes for the same options on every machine.
// Invariant: row n depends on the seed and on n alone, so that two files of the same seed differ in their changed rows only.

import { once } from 'node:events';
import { createWriteStream } from 'node:fs';
import { pathToFileURL } from 'node:url';
import { parseArgs } from 'node:util';
import { parsePhoneNumberFromString } from 'libphonenumber-js/max';

/** The labels of the file in their order, and the fields that they are mapped to. */
export const rosterMapping: Readonly<Record<string, string>> = {
  'CRM ID': 'crmId',
  'First Name': 'firstName',
  'Preferred Name': 'preferredName',
  'Last Name': 'lastName',
  Phone: 'phone',
  Email: 'email',
  'Date of Birth': 'dateOfBirth',
  Gender: 'gender',
  'Graduation Year': 'graduationYear',
  GPA: 'gpa',
  School: 'school',
  Street: 'street',
  City: 'city',
  State: 'state',
  'Postal Code': 'postalCode',
};

export interface RosterOptions {
  /** Data rows; 1,000,000. */
  rows?: number | undefined;
  seed?: number | undefined;
  /** Share of rows (0 to 1) whose GPA, street and city differ from those of the unchanged file; 0. */
  changed?: number | undefined;
  /** One more row that differs so, counted from 0; none. */
  changedRow?: number | undefined;
}

const FIRST =
  'Ava Liam Noah Emma Mia José Zoë Lucas Olivia Ethan Sofía Mateo Chloé Amir Priya Wei Jamal Fatima Hannah Diego'.split(
    ' ',
  );
const LAST =
  'Smith Johnson García Lee Nguyen Patel Brown Martínez Kim O’Neill Müller Davis Rodríguez Wilson Chen Lopez Jackson Walker Okafor Haddad'.split(
    ' ',
  );
const GENDERS = ['Female', 'Male', 'Nonbinary', ''];
const SCHOOLS = [
  'Lincoln High School',
  'Roosevelt Senior High School',
  'St. Mary Academy',
  'Washington Preparatory School, North Campus',
  'Central Early College High School',
];
const STREETS = [
  'Main St',
  'Oak Avenue',
  'Elm Street',
  'Washington Boulevard',
  'Lake Shore Drive',
  'Park Place',
  'Cedar Ln',
];
const CITIES = [
  'Springfield',
  'Riverside',
  'Franklin',
  'Greenville',
  'Bristol',
  'Clinton',
  'Fairview',
  'Salem',
  'Madison',
  'Georgetown',
];
const STATES = ['CA', 'TX', 'NY', 'FL', 'IL', 'PA', 'OH', 'GA', 'NC', 'MI'];
const BAD_PHONES = ['555-0143', 'n/a', '(000) 000-0000', '12345', 'call mother'];
const BAD_EMAILS = ['none', 'student@', '@example.edu', 'a b@example.edu', 'student.example.edu'];
const PREFIXES_WANTED = 1200;

/** Area code and exchange pairs (six digits) of which every number is valid, in an order of their own. */
function validPrefixes(): string[] {
  const prefixes: string[] = [];
  for (let step = 0; prefixes.length < PREFIXES_WANTED && step < 100_000; step++) {
    const area = 201 + ((step * 37) % 789);
    const exchange = 200 + ((step * 101) % 800);
    const prefix = `${area}${exchange}`;
    const valid = [...'0123456789'].every((seventh) =>
      parsePhoneNumberFromString(`+1${prefix}${seventh}842`, 'US')?.isValid(),
    );
    if (valid && !prefixes.includes(prefix)) prefixes.push(prefix);
  }
  return prefixes;
}

/** 32 well mixed bits of two numbers (an integer hash in the manner of MurmurHash3's finaliser). */
function mix(seed: number, value: number): number {
  let hash = Math.imul(value ^ 0x9e3779b9, 0x85ebca6b) ^ Math.imul(seed + 0x7f4a7c15, 0xc2b2ae35);
  hash = Math.imul(hash ^ (hash >>> 16), 0x85ebca6b);
  hash = Math.imul(hash ^ (hash >>> 13), 0xc2b2ae35);
  return (hash ^ (hash >>> 16)) >>> 0;
}

function pick(list: readonly string[], hash: number): string {
  return list[hash % list.length] as string;
}

function pad(value: number, digits: number): string {
  return String(value).padStart(digits, '0');
}

/** The lines of the file in pieces of about 256 KiB, CRLF, UTF-8 without byte order mark. */
export function* rosterText(options: RosterOptions = {}): Generator<string, void, undefined> {
  const { rows = 1_000_000, seed = 1, changed = 0, changedRow } = options;
  const prefixes = validPrefixes();
  let text = `${Object.keys(rosterMapping).join(',')}\r\n`;
  for (let row = 0; row < rows; row++) {
    const isChanged = row === changedRow || mix(seed + 101, row) / 2 ** 32 < changed;
    text += rosterRow(row, seed, isChanged, prefixes);
    if (text.length > 256 * 1024) {
      yield text;
      text = '';
    }
  }
  yield text;
}

function rosterRow(row: number, seed: number, isChanged: boolean, prefixes: readonly string[]): string {
  const a = mix(seed, row * 4);
  const b = mix(seed, row * 4 + 1);
  const c = mix(seed, row * 4 + 2);
  const now = isChanged ? mix(seed + 77, row) : mix(seed, row * 4 + 3);
  const first = pick(FIRST, a);
  const last = pick(LAST, a >>> 8);
  const id = `S${pad(row + 1, 9)}`;
  const goodPhone = prefixes[row % prefixes.length] + pad(Math.floor(row / prefixes.length), 4);
  const phone = b % 100 === 0 ? pick(BAD_PHONES, b >>> 8) : spelled(goodPhone, b >>> 8);
  const plainName = `${first}.${last}`
    .normalize('NFD')
    .replace(/[^A-Za-z.]/g, '')
    .toLowerCase();
  const email = c % 100 === 0 ? pick(BAD_EMAILS, c >>> 8) : `${plainName}.${row + 1}@students.example.edu`;
  const born = `${1998 + (c % 10)}-${pad(1 + ((c >>> 4) % 12), 2)}-${pad(1 + ((c >>> 8) % 28), 2)}`;
  const gpa = (2 + (now % 201) / 100).toFixed(2);
  const house = `${1 + (now % 9999)} ${pick(STREETS, now >>> 6)}`;
  const street =
    (b >>> 16) % 50 === 0 ? `"${house}\r\nApt ${1 + (now % 400)}, Building ""${'ABCD'[now % 4]}"""` : house;
  const school = pick(SCHOOLS, a >>> 16);
  const cells = [
    id,
    first,
    a % 5 === 0 ? pick(FIRST, a >>> 20) : '',
    last,
    phone,
    email,
    born,
    pick(GENDERS, b >>> 4),
    `${2024 + (b % 6)}`,
    gpa,
    school.includes(',') ? `"${school}"` : school,
    street,
    pick(CITIES, now >>> 10),
    pick(STATES, a >>> 24),
    pad(10_000 + (b % 89_999), 5),
  ];
  return `${cells.join(',')}\r\n`;
}

/** The ways in which systems write a phone number. */
function spelled(digits: string, way: number): string {
  const area = digits.slice(0, 3);
  const exchange = digits.slice(3, 6);
  const line = digits.slice(6);
  if (way % 4 === 0) return `(${area}) ${exchange}-${line}`;
  if (way % 4 === 1) return `${area}-${exchange}-${line}`;
  if (way % 4 === 2) return `+1${digits}`;
  return digits;
}

/** Writes the file, waiting whenever the disk is slower. Resolves with its size in bytes. */
export async function writeRoster(path: string, options: RosterOptions = {}): Promise<number> {
  const file = createWriteStream(path);
  for (const text of rosterText(options)) {
    if (!file.write(text)) await once(file, 'drain');
  }
  file.end();
  await once(file, 'finish');
  return file.bytesWritten;
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? '').href) {
  const { values, positionals } = parseArgs({
    allowPositionals: true,
    options: { rows: { type: 'string' }, seed: { type: 'string' }, changed: { type: 'string' } },
  });
  const path = positionals[0];
  if (path === undefined) {
    process.stderr.write('usage: generate-roster.ts FILE [--rows 1000000] [--seed 1] [--changed 0.05]\n');
    process.exitCode = 2;
  } else {
    const number = (text: string | undefined): number | undefined => (text === undefined ? undefined : Number(text));
    const bytes = await writeRoster(path, {
      rows: number(values.rows),
      seed: number(values.seed),
      changed: number(values.changed),
    });
    process.stdout.write(`${path}: ${bytes} bytes\n`);
  }
}

// A sample file for the people who set up the sending system: the labels of the mapping and three invented rows.
// Invariant: under its own mapping the file imports without an issue.

import { type CountryCode, getExampleNumber } from 'libphonenumber-js/max';
import examples from 'libphonenumber-js/mobile/examples';
import { createCsvWriter } from '../csv/write.ts';
import type { Field } from '../domain/fields.ts';
import { type MappedColumn, type Mapping, newColumn } from '../domain/mapping.ts';
import { parsePhone, showPhone } from '../domain/phones.ts';

const rows = 3;

/** What the standard fields hold in the three rows. Names are those of no person. */
const values: Record<string, readonly [string, string, string]> = {
  crmId: ['100001', '100002', '100003'],
  firstName: ['Alex', 'Sam', 'Robin'],
  preferredName: ['Lex', 'Sammy', 'Rob'],
  lastName: ['Sample', 'Example', 'Specimen'],
  email: ['alex.sample@example.com', 'sam.example@example.com', 'robin.specimen@example.com'],
  dateOfBirth: ['2007-03-31', '2006-11-05', '2008-01-20'],
  gender: ['Female', 'Male', 'Non-binary'],
  raceEthnicity: ['Asian', 'White', 'Two or more'],
  graduationYear: ['2026', '2025', '2027'],
  gpa: ['3.75', '3.2', '4.0'],
  school: ['Example High School', 'Sample Academy', 'Example High School'],
  street: ['1 Main Street', '20 Oak Avenue', '300 College Road'],
  city: ['Springfield', 'Riverton', 'Lakeside'],
  state: ['IL', 'WY', 'CA'],
  postalCode: ['62701', '82501', '92040'],
  majors: ['Biology', 'History; Economics', 'Computer Science'],
  textOptOut: ['no', 'no', 'yes'],
  enrollmentId: ['E-2001', 'E-2002', 'E-2003'],
};

/** UTF-8 with commas and CRLF (RFC 4180). Without a mapping the labels are the titles of the required fields and Email. */
export function sampleFile(mapping: Mapping, fields: readonly Field[], country: string): Buffer {
  const columns = mapping.columns.length > 0 ? mapping.columns : suggested(fields);
  const writer = createCsvWriter();
  writer.add(columns.flatMap((column) => column.labels));
  for (let row = 0; row < rows; row++) writer.add(columns.flatMap((column) => cells(column, fields, country, row)));
  return writer.take();
}

function suggested(fields: readonly Field[]): MappedColumn[] {
  return fields
    .filter((field) => field.required || field.name === 'email')
    .map((field) => newColumn(field.name, [field.title]));
}

/** The first label of a column carries the value; the others are parts or alternatives, and stay blank. */
function cells(column: MappedColumn, fields: readonly Field[], country: string, row: number): string[] {
  const field = fields.find((one) => one.name === column.field);
  const value = field ? fileValue(column, field, country, row) : '';
  return column.labels.map((_label, at) => (at === 0 ? value : ''));
}

/** As the sending system would write it: in the column's date format, or with the words of its value map. */
function fileValue(column: MappedColumn, field: Field, country: string, row: number): string {
  const value = fieldValue(field, country, row);
  const word = Object.entries(column.valueMap).find(([, meaning]) => meaning.toLowerCase() === value.toLowerCase());
  if (word) return word[0];
  return field.type === 'date' && column.dateFormat !== null ? formatted(value, column.dateFormat) : value;
}

function fieldValue(field: Field, country: string, row: number): string {
  const given = values[field.name]?.[row];
  if (given !== undefined) return given;
  if (field.name === 'causewayId') return '';
  if (field.name === 'country') return country;
  switch (field.type) {
    case 'phone':
      return examplePhone(country, row + (field.custom ? rows : 0));
    case 'number':
      return String(row + 1);
    case 'date':
      return `2026-09-0${row + 1}`;
    case 'boolean':
      return row % 2 === 0 ? 'yes' : 'no';
    case 'email':
      return `person${row + 1}@example.com`;
    case 'url':
      return `https://www.example.com/${row + 1}`;
    case 'single-select':
    case 'multi-select':
      return field.options[row % Math.max(1, field.options.length)] ?? '';
    case 'text':
      return `Text ${row + 1}`;
  }
}

/** Valid numbers of the country that differ from each other, as people there write them. */
function examplePhone(country: string, which: number): string {
  const base = getExampleNumber(country as CountryCode, examples);
  if (!base) return `+1212555014${which}`;
  const stem = base.number.slice(0, -2);
  const found: string[] = [];
  for (let last = 0; last < 100 && found.length <= which; last++) {
    const number = parsePhone(`${stem}${String(last).padStart(2, '0')}`, country);
    if (number !== null) found.push(number);
  }
  const number = found[which] ?? base.number;
  return showPhone(number, country);
}

const monthNames = 'Jan Feb Mar Apr May Jun Jul Aug Sep Oct Nov Dec'.split(' ');

/** The letters of a date format that `dateFormat` has accepted, filled in. */
function formatted(iso: string, format: string): string {
  const [year = '', month = '', day = ''] = iso.split('-');
  return format.replace(/Y+|M+|D+/g, (piece) => {
    if (piece.startsWith('Y')) return year.slice(-piece.length);
    const name = monthNames[Number(month) - 1] ?? '';
    if (piece.startsWith('M') && piece.length > 2) return name;
    return String(Number(piece.startsWith('M') ? month : day)).padStart(piece.length, '0');
  });
}

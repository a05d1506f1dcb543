// The fields of a contact as one table: every page, form, mapping and statement takes names and types from here.
// Invariant: names and columns are never renamed; a custom field is called `custom.NAME` and its type never changes.

import { standardSynonyms } from './synonyms.ts';

const fieldTypes = [
  'text',
  'number',
  'date',
  'boolean',
  'phone',
  'email',
  'url',
  'single-select',
  'multi-select',
] as const;
export type FieldType = (typeof fieldTypes)[number];

/** A field of a contact, standard or custom. `column` and `sqlType` are null for custom fields (they live in `custom`). */
export type Field = {
  /** As mappings and JSON name it: `crmId`, …, or `custom.NAME`. */
  name: string;
  /** As people say it. */
  title: string;
  type: FieldType;
  custom: boolean;
  /** Must be mapped before a feed can be enabled. */
  required: boolean;
  column: string | null;
  sqlType: string | null;
  description: string;
  /** Longest text, in UTF-16 units. */
  maxLength: number;
  /** Smallest and largest number, and whether it must be whole; null where there is no bound. */
  range: { min: number; max: number; whole: boolean } | null;
  /** The values of a select field; empty for the others. */
  options: readonly string[];
  /** Labels that other systems use for it, the best first. */
  synonyms: readonly string[];
};

/** A custom field as the institution made it; `name` is without `custom.`. */
export type CustomField = { name: string; type: FieldType; options: readonly string[] };

type StandardRow = [
  name: string,
  title: string,
  type: FieldType,
  column: string,
  sqlType: string,
  maxLength: number,
  description: string,
];

const rows: StandardRow[] = [
  [
    'causewayId',
    'Causeway ID',
    'text',
    'id',
    'uuid',
    36,
    'The id that Causeway gave the contact. Used first to find the contact when it is mapped and filled.',
  ],
  [
    'crmId',
    'CRM ID',
    'text',
    'crm_id',
    'text',
    255,
    'Your own unique id of the contact. Compared as text: case counts, leading zeros are kept.',
  ],
  ['firstName', 'First Name', 'text', 'first_name', 'text', 200, 'The given name.'],
  [
    'preferredName',
    'Preferred Name',
    'text',
    'preferred_name',
    'text',
    200,
    'The name that the person wants to be called by.',
  ],
  ['lastName', 'Last Name', 'text', 'last_name', 'text', 200, 'The family name.'],
  [
    'phone',
    'Phone',
    'phone',
    'phone',
    'text',
    60,
    'The mobile number. Unique in an institution; stored with country code, such as +12125550143.',
  ],
  ['email', 'Email', 'email', 'email', 'text', 254, 'One e-mail address.'],
  ['dateOfBirth', 'Date of Birth', 'date', 'date_of_birth', 'date', 40, 'A day, such as 2005-03-31.'],
  ['gender', 'Gender', 'text', 'gender', 'text', 100, 'As your system writes it.'],
  ['raceEthnicity', 'Race/Ethnicity', 'text', 'race_ethnicity', 'text', 200, 'As your system writes it.'],
  [
    'graduationYear',
    'Graduation Year',
    'number',
    'graduation_year',
    'smallint',
    10,
    'The year with four digits, 1900 to 2100.',
  ],
  ['gpa', 'GPA', 'number', 'gpa', 'numeric', 20, 'Grade point average, 0 to 100.'],
  ['school', 'School', 'text', 'school', 'text', 300, 'The school that the person comes from or attends.'],
  ['street', 'Street', 'text', 'street', 'text', 300, 'Street and number of the mailing address.'],
  ['city', 'City', 'text', 'city', 'text', 200, 'City of the mailing address.'],
  ['state', 'State', 'text', 'state', 'text', 100, 'State or region of the mailing address.'],
  [
    'postalCode',
    'Postal Code',
    'text',
    'postal_code',
    'text',
    20,
    'ZIP or postal code as text: leading zeros are kept.',
  ],
  ['country', 'Country', 'text', 'country', 'text', 100, 'Country of the mailing address.'],
  ['majors', 'Majors', 'text', 'majors', 'text', 500, 'Fields of study in one text, separated by semicolons.'],
  [
    'textOptOut',
    'Text Opt-Out',
    'boolean',
    'text_opt_out',
    'boolean',
    10,
    'Yes when the person wants no text messages. An import can set it, and never takes it back.',
  ],
  [
    'enrollmentId',
    'Enrollment ID',
    'text',
    'enrollment_id',
    'text',
    255,
    'The id of the enrollment or application in another of your systems.',
  ],
];

const ranges: Record<string, Field['range']> = {
  graduationYear: { min: 1900, max: 2100, whole: true },
  gpa: { min: 0, max: 100, whole: false },
};
const mustBeMapped = new Set(['crmId', 'firstName', 'lastName', 'phone']);

/** The standard fields in the order in which people see them. */
export const standardFields: readonly Field[] = rows.map(
  ([name, title, type, column, sqlType, maxLength, description]) => ({
    name,
    title,
    type,
    custom: false,
    required: mustBeMapped.has(name),
    column,
    sqlType,
    description,
    maxLength,
    range: ranges[name] ?? null,
    options: [],
    synonyms: standardSynonyms[name] ?? [],
  }),
);

/** The standard fields, then the institution's own. */
export function allFields(custom: readonly CustomField[]): Field[] {
  return [...standardFields, ...custom.map(customField)];
}

/** A custom field in the shape of all fields; it is called `custom.NAME`. */
export function customField(field: CustomField): Field {
  return {
    name: `custom.${field.name}`,
    title: field.name,
    type: field.type,
    custom: true,
    required: false,
    column: null,
    sqlType: null,
    description: '',
    maxLength: 10_000,
    range: null,
    options: field.options,
    synonyms: [field.name],
  };
}

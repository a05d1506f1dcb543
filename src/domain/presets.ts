// What the exports of well-known systems are called and how they write things: ready-made mappings to begin with.
// Invariant: a preset never decides alone; a person (or the command line) chooses it, and a file's labels still have to match.

import { labelIndex, placeOf } from './label-index.ts';
import { type MappedColumn, type Mapping, newColumn, requiredFields } from './mapping.ts';

/** A field with its alternatives, the best first; an alternative of several labels is joined. */
export type PresetColumn = { field: string; alternatives: string[][]; policy?: Partial<MappedColumn> };
export type Preset = { name: string; title: string; description: string; columns: PresetColumn[] };

function column(field: string, labels: string, policy?: Partial<MappedColumn>): PresetColumn {
  const alternatives = labels.split('|').map((alternative) => alternative.split(' + '));
  return policy === undefined ? { field, alternatives } : { field, alternatives, policy };
}

const declined = ['Decline to state', 'Declined to state', 'Declined', 'Not Specified', 'Unknown'];

export const presets: readonly Preset[] = [
  {
    name: 'slate',
    title: 'Slate',
    description: 'Technolutions Slate: scheduled exports of a query, often separated by tabs.',
    columns: [
      column('crmId', 'Slate ID|Ref|Prospect ID|Person Reference ID|Reference ID'),
      column('firstName', 'First|First Name'),
      column('preferredName', 'Preferred|Preferred Name'),
      column('lastName', 'Last|Last Name'),
      column('phone', 'Mobile|Mobile Phone|Phone|Active Phone'),
      column('email', 'Email|Email Address'),
      column('dateOfBirth', 'Birthdate|Date of Birth|DOB'),
      column('gender', 'Sex|Gender'),
      column('raceEthnicity', 'Race/Ethnicity|IPEDS Classification'),
      column('school', 'School 1 Name|School'),
      column('street', 'Active Street 1|Street'),
      column('city', 'Active City|City'),
      column('state', 'Active Region|Region|State'),
      column('postalCode', 'Active Postal|Postal'),
      column('country', 'Active Country|Country'),
      column('textOptOut', 'Text Message Opt Out|OptedOut|Opt Out'),
    ],
  },
  {
    name: 'banner',
    title: 'Ellucian Banner',
    description:
      'Banner by Argos or AppWorx: labels are SQL names, the phone comes in two columns, dates as 31-MAR-2005.',
    columns: [
      column('crmId', 'SPRIDEN_ID|Banner ID'),
      column('firstName', 'SPRIDEN_FIRST_NAME|First Name'),
      column('preferredName', 'SPBPERS_PREF_FIRST_NAME|Preferred First Name'),
      column('lastName', 'SPRIDEN_LAST_NAME|Last Name'),
      column('phone', 'SPRTELE_PHONE_AREA + SPRTELE_PHONE_NUMBER|Phone Area + Phone Number|Phone'),
      column('email', 'GOREMAL_EMAIL_ADDRESS|Email'),
      column('dateOfBirth', 'SPBPERS_BIRTH_DATE|Birth Date'),
      column('gender', 'SPBPERS_SEX|Gender'),
      column('raceEthnicity', 'SPBPERS_ETHN_CODE|Ethnicity'),
      column('gpa', 'SHRLGPA_GPA|GPA'),
      column('street', 'SPRADDR_STREET_LINE1'),
      column('city', 'SPRADDR_CITY|City'),
      column('state', 'SPRADDR_STAT_CODE|State'),
      column('postalCode', 'SPRADDR_ZIP|ZIP'),
      column('country', 'SPRADDR_NATN_CODE|Country'),
    ],
  },
  {
    name: 'workday',
    title: 'Workday Student',
    description: 'Workday reports: labels are the aliases of report columns, and each file holds everybody.',
    columns: [
      column('crmId', 'Universal_ID|Student_ID|Workday_ID'),
      column('firstName', 'Legal_Name_-_First_Name|First_Name'),
      column('preferredName', 'Preferred_Name_-_First_Name|Preferred_First_Name'),
      column('lastName', 'Legal_Name_-_Last_Name|Last_Name'),
      column('phone', 'Mobile_Phone|Primary_Phone|Phone_Number|Phone'),
      column('email', 'Primary_Email|Email_Address|Email'),
      column('dateOfBirth', 'Date_of_Birth'),
      column('gender', 'Gender'),
      column('street', 'Primary_Address_-_Line_1|Address_Line_1'),
      column('city', 'City'),
      column('state', 'State|Region'),
      column('postalCode', 'Postal_Code'),
      column('country', 'Country'),
      column('majors', 'Program_of_Study|Major'),
    ],
  },
  {
    name: 'peoplesoft',
    title: 'Oracle PeopleSoft',
    description:
      'PeopleSoft Campus Solutions: EMPLID, and free text such as “Decline to state” where a value is missing.',
    columns: [
      column('crmId', 'EMPLID'),
      column('firstName', 'FIRST_NAME'),
      column('preferredName', 'PREF_FIRST_NAME|PREFERRED_NAME'),
      column('lastName', 'LAST_NAME'),
      column('phone', 'PHONE|CELL_PHONE|PHONE_NUMBER', { ignoreValues: declined }),
      column('email', 'EMAIL_ADDR|EMAILID|EMAIL'),
      column('dateOfBirth', 'BIRTHDATE'),
      column('gender', 'SEX|GENDER', { ignoreValues: declined }),
      column('raceEthnicity', 'ETHNIC_GROUP|ETHNICITY', { ignoreValues: declined }),
      column('street', 'ADDRESS1'),
      column('city', 'CITY'),
      column('state', 'STATE'),
      column('postalCode', 'POSTAL'),
      column('country', 'COUNTRY'),
    ],
  },
  {
    name: 'oneroster',
    title: 'OneRoster',
    description: 'users.csv of OneRoster 1.1: sms is the mobile number. Take the file out of its ZIP archive first.',
    columns: [
      column('crmId', 'sourcedId'),
      column('firstName', 'givenName'),
      column('preferredName', 'preferredFirstName'),
      column('lastName', 'familyName'),
      column('phone', 'sms|phone'),
      column('email', 'email'),
    ],
  },
];

/**
 * The mapping of a preset for the labels of one file: of each field the first alternative that the file has. A field that the
 * file does not have is left out; a required one stays, so that the report says what is missing.
 */
export function presetMapping(preset: Preset, labels: readonly string[]): Mapping {
  const index = labelIndex(labels);
  const columns: MappedColumn[] = [];
  for (const { field, alternatives, policy } of preset.columns) {
    const isThere = (label: string) => placeOf(label, index, new Set()).kind !== 'missing';
    const found = alternatives.find((alternative) => alternative.every(isThere));
    const isRequired = (requiredFields as readonly string[]).includes(field);
    const chosen = found ?? (isRequired ? alternatives[0] : undefined);
    if (chosen !== undefined) columns.push({ ...newColumn(field, chosen), ...policy });
  }
  return { columns };
}

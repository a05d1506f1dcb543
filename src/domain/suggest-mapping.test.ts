// Suggestions: what is offered, why, and what is left to the person.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { allFields, standardFields } from './fields.ts';
import { suggestMapping } from './suggest-mapping.ts';

const offered = (labels: string[], samples?: string[][]) =>
  Object.fromEntries(
    suggestMapping(labels, standardFields, samples ? { samples } : {}).suggestions.map(({ field, label }) => [
      label,
      field,
    ]),
  );

const cases: [title: string, labels: string[], expected: Record<string, string>][] = [
  [
    'Slate',
    ['Ref', 'First', 'Preferred', 'Last', 'Mobile', 'Email', 'Birthdate'],
    {
      Ref: 'crmId',
      First: 'firstName',
      Preferred: 'preferredName',
      Last: 'lastName',
      Mobile: 'phone',
      Email: 'email',
      Birthdate: 'dateOfBirth',
    },
  ],
  [
    'Workday',
    ['Universal_ID', 'Legal_Name_-_First_Name', 'Legal_Name_-_Last_Name', 'Mobile_Phone'],
    {
      Universal_ID: 'crmId',
      'Legal_Name_-_First_Name': 'firstName',
      'Legal_Name_-_Last_Name': 'lastName',
      Mobile_Phone: 'phone',
    },
  ],
  [
    'PeopleSoft',
    ['EMPLID', 'FIRST_NAME', 'LAST_NAME', 'PHONE', 'EMAIL_ADDR', 'ADDRESS1', 'POSTAL'],
    {
      EMPLID: 'crmId',
      FIRST_NAME: 'firstName',
      LAST_NAME: 'lastName',
      PHONE: 'phone',
      EMAIL_ADDR: 'email',
      ADDRESS1: 'street',
      POSTAL: 'postalCode',
    },
  ],
  [
    'OneRoster',
    ['sourcedId', 'status', 'givenName', 'familyName', 'sms', 'phone'],
    { sourcedId: 'crmId', givenName: 'firstName', familyName: 'lastName', sms: 'phone' },
  ],
  [
    'PowerSchool',
    ['STUDENTS.Student_Number', 'STUDENTS.First_Name', 'STUDENTS.Last_Name', 'STUDENTS.DOB'],
    {
      'STUDENTS.Student_Number': 'crmId',
      'STUDENTS.First_Name': 'firstName',
      'STUDENTS.Last_Name': 'lastName',
      'STUDENTS.DOB': 'dateOfBirth',
    },
  ],
  [
    'Blackbaud',
    ['UID', 'email', 'FirstName', 'LastName', 'Major', 'GPA'],
    { UID: 'crmId', email: 'email', FirstName: 'firstName', LastName: 'lastName', Major: 'majors', GPA: 'gpa' },
  ],
  [
    'Dynamics',
    ['contactid', 'firstname', 'lastname', 'mobilephone', 'emailaddress1', 'address1_city'],
    {
      contactid: 'crmId',
      lastname: 'lastName',
      firstname: 'firstName',
      mobilephone: 'phone',
      emailaddress1: 'email',
      address1_city: 'city',
    },
  ],
  [
    'misspelt labels',
    ['Stdent ID', 'Frist Name', 'Phone Nmuber'],
    { 'Stdent ID': 'crmId', 'Frist Name': 'firstName', 'Phone Nmuber': 'phone' },
  ],
];
for (const [title, labels, expected] of cases)
  test(`the labels of ${title} are understood`, () => {
    assert.deepEqual(offered(labels), expected);
  });

const strangers = [
  'Parent Phone',
  'Emergency Contact Phone',
  'Advisor Email',
  'Guardian First Name',
  'Phone 2',
  'Home Phone',
  'Work Email',
  'County',
  'Status',
  'Name',
  'Term',
  'Parent.Phone',
  'Statte',
  'Mother Last Name',
  'Email Opt Out',
];
for (const label of strangers) test(`“${label}” is left to the person`, () => assert.deepEqual(offered([label]), {}));

test('an area code and its number are offered as one joined phone', () => {
  const { mapping, suggestions } = suggestMapping(['SPRTELE_PHONE_NUMBER', 'SPRTELE_PHONE_AREA'], standardFields);
  const [phone] = mapping.columns;
  assert.deepEqual(
    [phone?.field, phone?.labels, phone?.combine],
    ['phone', ['SPRTELE_PHONE_AREA', 'SPRTELE_PHONE_NUMBER'], 'join'],
  );
  assert.equal(suggestions.length, 2);
});

test('a number that has its area code already is not joined', () => {
  const { mapping } = suggestMapping(['Area Code', 'Phone Number'], standardFields, {
    samples: [['212', '212-555-0143']],
  });
  assert.deepEqual(
    mapping.columns.map((column) => column.labels),
    [['Phone Number']],
  );
});

test('several majors are offered as one list', () => {
  const [majors] = suggestMapping(['Major 1', 'Major 2', 'Major 3'], standardFields).mapping.columns;
  assert.deepEqual([majors?.field, majors?.labels.length, majors?.separator], ['majors', 3, ';']);
});

test('the values decide between two labels that mean the same', () => {
  const phones = ['2125550143', '9175550100', '6465550123'];
  const samples = phones.map((phone) => ['', phone]);
  assert.deepEqual(offered(['Mobile', 'Phone']), { Mobile: 'phone' });
  assert.deepEqual(offered(['Mobile', 'Phone'], samples), { Phone: 'phone' });
});

test('the only column full of e-mail addresses is the e-mail, unless it speaks of somebody else', () => {
  const samples = ['a', 'b', 'c'].map((name) => [`${name}@x.edu`, 'x']);
  assert.deepEqual(offered(['Contact Point', 'Other'], samples), { 'Contact Point': 'email' });
  assert.deepEqual(offered(['Advisor', 'Other'], samples), {});
  const twice = samples.map(([email = '']) => [email, email]);
  assert.deepEqual(offered(['One', 'Two'], twice), {});
});

test('bad values do not take a suggestion away', () => {
  assert.deepEqual(offered(['Phone'], [['555']]), { Phone: 'phone' });
});

test('a label that stands twice is not offered', () => {
  assert.deepEqual(offered(['Phone', 'Phone ', 'Email']), { Email: 'email' });
});

test('a custom field is found by its name', () => {
  const fields = allFields([{ name: 'Shirt_Size', type: 'text', options: [] }]);
  assert.equal(suggestMapping(['shirt size'], fields).mapping.columns[0]?.field, 'custom.Shirt_Size');
});

const reasons: [label: string, reason: RegExp][] = [
  ['Phone', /^“Phone” is the name of the field$/],
  ['EMPLID', /^Oracle PeopleSoft calls it “EMPLID”$/],
  ['Student ID', /^“Student ID” is a usual label for CRM ID$/],
  ['cell phone ', /^“cell phone ” differs from “Cell Phone” by a space and capitals$/],
  ['Cell_Phone ', /^“Cell_Phone ” differs from “Cell Phone” by a space and an underscore$/],
  ['Applicant Email', /^“Applicant Email” is “Email” with a word before it$/],
  ['Frist Name', /^“Frist Name” is nearly “First Name”$/],
  ['STUDENTS.DOB', /^“STUDENTS.DOB” ends in “DOB”, a usual label$/],
];
for (const [label, reason] of reasons)
  test(`the reason for “${label}” is one that people can judge`, () =>
    assert.match(suggestMapping([label], standardFields).suggestions[0]?.reason ?? '', reason));

test('no label and no field is ever suggested twice', () => {
  const known = standardFields.flatMap((field) => [field.title, ...field.synonyms]);
  const label = fc.oneof(fc.constantFrom(...known), fc.string({ maxLength: 12 }));
  fc.assert(
    fc.property(fc.array(label, { maxLength: 30 }), (labels) => {
      const { mapping, suggestions } = suggestMapping(labels, standardFields);
      const fields = mapping.columns.map((column) => column.field);
      assert.equal(new Set(fields).size, fields.length);
      const used = mapping.columns.flatMap((column) => column.labels);
      assert.equal(new Set(used).size, used.length);
      assert.deepEqual(suggestions.map((suggestion) => suggestion.label).toSorted(), used.toSorted());
    }),
    { numRuns: 500 },
  );
});

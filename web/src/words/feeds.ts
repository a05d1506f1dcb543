// The state of a feed in words: On, Off, Needs you; and what is missing before it can be switched on.

import type { Field } from '@api/institutions.ts';
import { count, listWords } from './numbers.ts';
import type { Tone } from './states.ts';

type FeedFacts = { enabled: boolean; missing: string[]; held: number; failed: number };

export type FeedState = { word: 'On' | 'Off' | 'Needs you'; tone: Tone; why: string };

/** `held` and `failed` are imports that wait for a person, and those that failed since the last success. */
export function feedState(facts: FeedFacts, title: (field: string) => string): FeedState {
  if (facts.held > 0)
    return { word: 'Needs you', tone: 'attention', why: `${count(facts.held, 'import')} held: approve or discard.` };
  if (facts.failed > 0)
    return {
      word: 'Needs you',
      tone: 'attention',
      why: `${count(facts.failed, 'file')} not imported since the last success.`,
    };
  if (facts.enabled) return { word: 'On', tone: 'good', why: 'Files are imported when they arrive.' };
  if (facts.missing.length > 0)
    return { word: 'Off', tone: 'quiet', why: `Not mapped yet: ${listWords(facts.missing.map(title))}.` };
  return { word: 'Off', tone: 'quiet', why: 'Mapped, but not switched on: files are not imported.' };
}

const standard: Record<string, string> = {
  causewayId: 'Causeway ID',
  crmId: 'CRM ID',
  firstName: 'First Name',
  preferredName: 'Preferred Name',
  lastName: 'Last Name',
  phone: 'Phone',
  email: 'Email',
  dateOfBirth: 'Date of Birth',
  gender: 'Gender',
  raceEthnicity: 'Race/Ethnicity',
  graduationYear: 'Graduation Year',
  gpa: 'GPA',
  school: 'School',
  street: 'Street',
  city: 'City',
  state: 'State',
  postalCode: 'Postal Code',
  country: 'Country',
  majors: 'Majors',
  textOptOut: 'Text Opt-Out',
  enrollmentId: 'Enrollment ID',
  phoneRaw: 'Phone as it came',
  previousPhone: 'Previous phone',
};

/** The title of a field; the API's list of fields, where it is at hand, wins. */
export function fieldTitle(name: string, fields: Field[] = []): string {
  const known = fields.find((field) => field.name === name);
  if (known !== undefined) return known.title;
  return standard[name] ?? (name.startsWith('custom.') ? name.slice('custom.'.length) : name);
}

/** The four fields without which a feed cannot be switched on, in the order of the pages. */
export const requiredFields = ['crmId', 'firstName', 'lastName', 'phone'] as const;

export const fieldTypeWords: Record<Field['type'], string> = {
  text: 'Text',
  number: 'Number',
  date: 'Date',
  boolean: 'Yes or no',
  phone: 'Phone',
  email: 'E-mail',
  url: 'Web address',
  'single-select': 'One of several options',
  'multi-select': 'Several of several options',
};

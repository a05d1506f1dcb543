// Contacts and their changes.

import { z } from 'zod';
import { instant, pageQuery, uuid } from './common.ts';

const text = z.string().nullable();

export const contact = z
  .object({
    id: uuid,
    crmId: z.string(),
    firstName: text,
    preferredName: text,
    lastName: text,
    phone: text.describe('E.164'),
    phoneNational: text.describe('as people of the institution’s country write it'),
    phoneRaw: text,
    previousPhone: text,
    email: text,
    dateOfBirth: text.describe('YYYY-MM-DD'),
    gender: text,
    raceEthnicity: text,
    graduationYear: z.number().int().nullable(),
    gpa: z.number().nullable(),
    school: text,
    street: text,
    city: text,
    state: text,
    postalCode: text,
    country: text,
    majors: text,
    textOptOut: z.boolean().nullable(),
    enrollmentId: text,
    custom: z.record(z.string(), z.unknown()),
    createdAt: instant,
    updatedAt: instant,
  })
  .meta({ id: 'Contact' });
export type Contact = z.infer<typeof contact>;

export const contactsQuery = pageQuery.extend({
  crmId: z.string().optional(),
  phone: z.string().optional().describe('in any usual writing; compared as E.164'),
  search: z.string().optional().describe('part of a name, e-mail address or CRM ID'),
});

/** Field → text as a file would have it; an empty text clears an optional field. */
export const setContactRequest = z.object({ values: z.record(z.string(), z.string()) });

export const contactChange = z
  .object({
    at: instant,
    actor: z.string(),
    importId: uuid.nullable(),
    fileName: z.string().nullable(),
    row: z.number().int().nullable(),
    changes: z.array(z.object({ field: z.string(), old: z.unknown(), new: z.unknown() })),
  })
  .meta({ id: 'ContactChange' });
export type ContactChange = z.infer<typeof contactChange>;

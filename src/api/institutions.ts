// Institutions and their fields.

import { z } from 'zod';
import { instant, slug, uuid } from './common.ts';

export const institution = z
  .object({
    id: uuid,
    slug,
    name: z.string(),
    timeZone: z.string(),
    country: z.string(),
    createdAt: instant,
  })
  .meta({ id: 'Institution' });
export type Institution = z.infer<typeof institution>;

export const createInstitutionRequest = z.object({
  name: z.string().trim().min(1).max(200),
  slug,
  timeZone: z.string().describe('an IANA zone, such as America/New_York'),
  country: z.string().regex(/^[A-Z]{2}$/, 'Use the two capital letters of ISO 3166, such as US.'),
});

export const updateInstitutionRequest = createInstitutionRequest.omit({ slug: true }).partial();

/** One line per institution for the overview: what waits for a person, and when something last came. */
export const institutionOverview = z
  .object({
    institution,
    feed: z.object({ id: uuid, enabled: z.boolean(), missing: z.array(z.string()) }),
    contacts: z.number().int(),
    held: z.number().int(),
    failedSinceLastSuccess: z.number().int(),
    lastImport: z.object({ id: uuid, fileName: z.string(), status: z.string(), at: instant }).nullable(),
  })
  .meta({ id: 'InstitutionOverview' });
export type InstitutionOverview = z.infer<typeof institutionOverview>;

export const fieldType = z.enum([
  'text',
  'number',
  'date',
  'boolean',
  'phone',
  'email',
  'url',
  'single-select',
  'multi-select',
]);
export type FieldType = z.infer<typeof fieldType>;

/** A standard field (id null) or a custom one, whose `name` in mappings is `custom.NAME`. */
export const field = z
  .object({
    id: uuid.nullable(),
    name: z.string().describe('as mappings and JSON name it: crmId, …, or custom.NAME'),
    title: z.string(),
    type: fieldType,
    required: z.boolean(),
    custom: z.boolean(),
    options: z.array(z.string()),
    description: z.string(),
  })
  .meta({ id: 'Field' });
export type Field = z.infer<typeof field>;

export const createFieldRequest = z.object({
  name: z
    .string()
    .trim()
    .regex(/^[A-Za-z][A-Za-z0-9_-]{0,62}$/, 'Begin with a letter; use letters, digits, _ and -; at most 63.'),
  type: fieldType,
  options: z.array(z.string().trim().min(1).max(200)).max(1000).default([]),
});

// Connections: students who connected with the institution; their loads; the offered majors.

import { z } from 'zod';
import { instant, pageQuery, uuid } from './common.ts';

const text = z.string().nullable();

export const connection = z
  .object({
    id: uuid,
    externalId: z.string().describe('the sender’s id; a load with the same id changes the connection'),
    connectedAt: z.string().describe('ISO 8601: a date as it was sent, or an instant in UTC'),
    studentId: text,
    firstName: text,
    lastName: text,
    gender: text,
    raceEthnicity: text,
    dateOfBirth: text,
    graduationYear: z.number().int().nullable(),
    gpa: z.number().nullable(),
    school: text,
    email: text,
    phone: text.describe('E.164'),
    phoneNational: text,
    street: text,
    city: text,
    state: text,
    postalCode: text,
    country: text,
    majors: z.array(z.string()),
    /** Whether its last change is in a delivered window. */
    delivered: z.boolean(),
    /** The first window was delivered without it, because it is older than the start date. */
    leftOut: z.boolean(),
    createdAt: instant,
    updatedAt: instant,
  })
  .meta({ id: 'Connection' });
export type ConnectionView = z.infer<typeof connection>;

export const connectionsQuery = pageQuery.extend({
  externalId: z.string().optional(),
  search: z.string().optional().describe('part of a name, an e-mail address or an id'),
  delivered: z.enum(['true', 'false']).optional(),
});

/** What a load did with a row that it could not take, or took without a cell. No values of the record. */
export const loadProblem = z
  .object({
    row: z.number().int().describe('CSV: as a spreadsheet shows it; NDJSON: the line'),
    externalId: text,
    field: text,
    code: z.string(),
    effect: z.enum(['row-rejected', 'cell-dropped', 'notice']),
    message: z.string(),
  })
  .meta({ id: 'LoadProblem' });
export type LoadProblem = z.infer<typeof loadProblem>;

export const connectionLoad = z
  .object({
    id: uuid,
    at: instant,
    by: z.string(),
    format: z.enum(['ndjson', 'csv']),
    created: z.number().int(),
    updated: z.number().int(),
    unchanged: z.number().int(),
    rejected: z.number().int(),
    notices: z.number().int(),
    /** The first 1,000; the counts tell of all. */
    problems: z.array(loadProblem),
    problemsLeftOut: z.number().int(),
  })
  .meta({ id: 'ConnectionLoad' });
export type ConnectionLoadView = z.infer<typeof connectionLoad>;

/** A load in a list: without its problems. */
export const connectionLoadSummary = connectionLoad
  .omit({ problems: true, problemsLeftOut: true })
  .meta({ id: 'ConnectionLoadSummary' });
export type ConnectionLoadSummary = z.infer<typeof connectionLoadSummary>;

/** What outbound knows of an institution. */
export const outboundSettings = z
  .object({
    majorsEntitled: z.boolean(),
    offeredMajors: z.array(z.string()),
    connectionsLastExported: text.describe('YYYY-MM-DD in the institution’s zone: where the first transfer starts'),
    message: text.describe(
      'what the receiver must be told after this change, such as a column that is filled from now on',
    ),
  })
  .meta({ id: 'OutboundSettings' });
export type OutboundSettings = z.infer<typeof outboundSettings>;

export const updateOutboundSettings = z.object({
  /** Operators only. */
  majorsEntitled: z.boolean().optional(),
  offeredMajors: z.array(z.string().trim().min(1).max(200)).max(2000).optional(),
  connectionsLastExported: z.iso.date().nullable().optional(),
});

// Feeds: credentials, keys, mapping, and the preview of a sample file.

import { z } from 'zod';
import { hostKey, instant, uuid } from './common.ts';

export const mappedColumn = z
  .object({
    field: z.string(),
    labels: z.array(z.string().min(1)).min(1).max(10),
    combine: z.enum(['join', 'first']).default('first'),
    separator: z.string().max(10).default(''),
    required: z.boolean().optional(),
    trim: z.boolean().default(true),
    ignoreValues: z.array(z.string()).max(100).default([]),
    valueMap: z.record(z.string(), z.string()).default({}),
    dateFormat: z.string().nullable().default(null),
    onBlank: z.enum(['keep', 'default', 'clear']).default('keep'),
    onBad: z.enum(['drop', 'default', 'skip-row']).default('drop'),
    default: z.string().nullable().default(null),
  })
  .meta({ id: 'MappedColumn' });

export const mappingRequest = z.object({ columns: z.array(mappedColumn).max(500) }).meta({ id: 'Mapping' });
export type MappingRequest = z.input<typeof mappingRequest>;

/** Adds to the mapping (label → field) and takes labels, or whole fields, out of it; removals come first. */
export const mappingChange = z
  .object({
    set: z.record(z.string().min(1), z.string()).default({}),
    remove: z.array(z.string()).max(500).default([]),
  })
  .meta({ id: 'MappingChange' });

export const feedKey = z
  .object({
    id: uuid,
    type: z.string(),
    fingerprint: z.string().describe('SHA256:…'),
    publicKey: z.string().describe('one line in OpenSSH format'),
    comment: z.string(),
    createdAt: instant,
    lastUsedAt: instant.nullable(),
  })
  .meta({ id: 'FeedKey' });
export type FeedKey = z.infer<typeof feedKey>;

export const loginMethods = z.enum(['any', 'password', 'public-key', 'password+key']);

export const feed = z
  .object({
    id: uuid,
    institution: z.string(),
    name: z.string(),
    host: z.string(),
    port: z.number().int(),
    username: z.string(),
    /** Only after a reveal, which is audited. */
    password: z.string().optional(),
    enabled: z.boolean(),
    strict: z.boolean(),
    loginMethods,
    allowedAddresses: z.array(z.string()),
    publicKeys: z.array(feedKey),
    mapping: z.record(z.string(), z.string()).describe('label → field'),
    columns: z.array(mappedColumn.required()),
    /** The required fields that still want a label before the feed can be enabled. */
    missing: z.array(z.string()),
    hostKeys: z.array(hostKey),
    /** Until when the password before the present one goes on working; null when it does not. */
    previousPasswordUntil: instant.nullable(),
    createdAt: instant,
    updatedAt: instant,
  })
  .meta({ id: 'Feed' });
export type Feed = z.infer<typeof feed>;

export const updateFeedRequest = z.object({
  name: z.string().trim().min(1).max(200).optional(),
  strict: z.boolean().optional(),
  loginMethods: loginMethods.optional(),
  allowedAddresses: z.array(z.string()).max(1000).optional(),
});

export const addKeyRequest = z.object({
  key: z.string().min(1).max(20_000).describe('a public key as OpenSSH, RFC 4716, PEM or PuTTY write it'),
});

export const renewRequest = z.object({
  /** How long the old password goes on working, in hours; 0 ends it and its open sessions at once. */
  overlapHours: z
    .number()
    .int()
    .min(0)
    .max(24 * 30)
    .default(0),
});

/** Why a suggestion was made: how the file's label relates to a known name of the field. */
export const suggestion = z.object({
  field: z.string(),
  label: z.string(),
  reason: z.string().describe('in words, for the page'),
});

/** What a sample (the beginning of a file is enough) looks like under a mapping; nothing is stored. */
export const preview = z
  .object({
    dialect: z.object({
      encoding: z.string(),
      delimiter: z.string(),
      quote: z.string().nullable(),
      lineEnd: z.string(),
      headerRow: z.number().int(),
    }),
    labels: z.array(z.string()),
    /** The first ten data rows, cells in the order of `labels`. */
    rows: z.array(z.object({ row: z.number().int(), cells: z.array(z.string()) })),
    rowsRead: z.number().int(),
    suggestions: z.array(suggestion),
    columns: z.array(
      z.object({
        field: z.string(),
        labels: z.array(z.string()),
        /** How the labels of the mapping were found in this file. */
        found: z.enum(['exact', 'near', 'missing']),
        nearest: z.array(z.string()),
        filled: z.number().int(),
        good: z.number().int(),
        samples: z.array(z.string()),
        examples: z.array(z.object({ row: z.number().int(), code: z.string(), value: z.string() })),
      }),
    ),
    issues: z.array(
      z.object({
        code: z.string(),
        scope: z.string(),
        effect: z.string(),
        row: z.number().int().nullable(),
        label: z.string().nullable(),
        value: z.string().nullable(),
        message: z.string(),
      }),
    ),
  })
  .meta({ id: 'Preview' });
export type Preview = z.infer<typeof preview>;

export const sessionEntry = z
  .object({
    id: uuid,
    username: z.string(),
    address: z.string(),
    client: z.string(),
    startedAt: instant,
    endedAt: instant.nullable(),
    outcome: z.enum(['open', 'closed', 'refused', 'dropped']),
    loginMethod: z.string().nullable(),
    reason: z.string().nullable(),
    message: z.string().describe('what happened and what to do, in words'),
    filesReceived: z.number().int(),
    bytesIn: z.number().int(),
    bytesOut: z.number().int(),
  })
  .meta({ id: 'Session' });
export type SessionEntry = z.infer<typeof sessionEntry>;

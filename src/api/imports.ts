// Imports, their issues, changes and files.

import { z } from 'zod';
import { instant, pageQuery, uuid } from './common.ts';

export const importStatus = z.enum([
  'queued',
  'running',
  'held',
  'succeeded',
  'failed',
  'ignored',
  'discarded',
  'undone',
]);
export const importSource = z.enum(['sftp', 'upload', 'api']);

export const importView = z
  .object({
    id: uuid,
    institution: z.string(),
    feed: z.object({ id: uuid, name: z.string() }),
    source: importSource,
    status: importStatus,
    /** The state in the words of the pages: Imported, Imported with issues, Held for you, Not imported, Failed, … */
    state: z.string(),
    /** What happened, where, and what to do now: one or two sentences. */
    message: z.string(),
    dryRun: z.boolean(),
    fileName: z.string(),
    path: z.string(),
    size: z.number().int(),
    sha256: z.string(),
    reason: z.string().nullable(),
    hold: z.string().nullable(),
    waitsFor: z.enum(['rename', 'writer', 'settle', 'turn']).nullable(),
    counts: z.object({
      rows: z.number().int(),
      created: z.number().int(),
      updated: z.number().int(),
      unchanged: z.number().int(),
      skipped: z.number().int(),
    }),
    issues: z.record(z.string(), z.number().int()),
    progressRows: z.number().int(),
    arrival: z.object({
      how: z.enum(['close', 'rename', 'dropped', 'upload', 'api']),
      at: instant,
      loginMethod: z.string().nullable(),
      client: z.string().nullable(),
      address: z.string().nullable(),
    }),
    mapping: z.record(z.string(), z.string()),
    dialect: z
      .object({
        encoding: z.string(),
        delimiter: z.string(),
        quote: z.string().nullable(),
        lineEnd: z.string(),
        headerRow: z.number().int(),
      })
      .nullable(),
    againOf: uuid.nullable(),
    startedBy: z.string().nullable(),
    queuedAt: instant,
    startedAt: instant.nullable(),
    finishedAt: instant.nullable(),
    hasErrorFile: z.boolean(),
    actions: z.array(z.enum(['approve', 'discard', 'again'])).describe('what the caller may do with it now'),
  })
  .meta({ id: 'Import' });
export type ImportView = z.infer<typeof importView>;

export const importsQuery = pageQuery.extend({
  source: importSource.optional(),
  status: importStatus.optional(),
  feed: uuid.optional(),
  file: z.string().optional().describe('exact file name'),
  from: instant.optional(),
  to: instant.optional(),
});

export const uploadQuery = z.object({
  fileName: z.string().min(1).max(255),
  dryRun: z.stringbool().default(false),
});

/** Import again: the same stored file under today's mapping, or under the one given here. */
export const againRequest = z.object({
  dryRun: z.boolean().optional(),
  /** Use the mapping that the import ran with instead of the feed's: how the upload wizard runs what it has shown. */
  sameMapping: z.boolean().optional(),
});

export const issueView = z
  .object({
    seq: z.number().int(),
    code: z.string(),
    scope: z.enum(['file', 'header', 'row', 'cell']),
    effect: z.enum(['file-rejected', 'file-held', 'row-skipped', 'cell-dropped', 'kept', 'notice']),
    title: z.string(),
    row: z.number().int().nullable(),
    line: z.number().int().nullable(),
    label: z.string().nullable(),
    value: z.string().nullable(),
    message: z.string(),
    remedy: z.string(),
    /** The Causeway ID of the other contact, where one is in the way. */
    otherContact: z.string().nullable(),
  })
  .meta({ id: 'Issue' });
export type IssueView = z.infer<typeof issueView>;

export const issuesQuery = pageQuery.extend({
  code: z.string().optional(),
  effect: z.string().optional(),
  row: z.coerce
    .number()
    .int()
    .min(0)
    .max(2 ** 31 - 1)
    .optional(),
});

/** One kind of issue in an import, for the report: how many, what to do, three examples. */
export const issueGroup = z
  .object({
    code: z.string(),
    title: z.string(),
    scope: z.string(),
    effect: z.string(),
    count: z.number().int(),
    explanation: z.string(),
    remedy: z.string(),
    examples: z.array(issueView),
  })
  .meta({ id: 'IssueGroup' });
export type IssueGroup = z.infer<typeof issueGroup>;

export const importChange = z
  .object({
    row: z.number().int().nullable(),
    outcome: z.enum(['created', 'updated']),
    contactId: uuid,
    crmId: z.string(),
    name: z.string(),
    changes: z.array(z.object({ field: z.string(), old: z.unknown(), new: z.unknown() })),
  })
  .meta({ id: 'ImportChange' });
export type ImportChange = z.infer<typeof importChange>;
export const changesQuery = pageQuery.extend({ outcome: z.enum(['created', 'updated']).optional() });

export const issueDictionaryEntry = z
  .object({
    code: z.string(),
    scope: z.string(),
    effect: z.string(),
    title: z.string(),
    explanation: z.string(),
    remedy: z.string(),
  })
  .meta({ id: 'IssueDictionaryEntry' });

// Transfers: attempts to deliver files, their windows, and what would be sent.

import { z } from 'zod';
import { instant, pageQuery, uuid } from './common.ts';
import { dataset, failure, stage } from './destinations.ts';

export const transfer = z
  .object({
    id: uuid,
    institution: z.string(),
    destinationId: uuid,
    destinationName: z.string(),
    dataset,
    trigger: z.enum(['scheduled', 'manual', 'retry', 'resend']),
    status: z.enum(['queued', 'running', 'succeeded', 'empty', 'failed']),
    /** In words: Waiting, Sending, Delivered, Nothing to send, Failed, will retry at …, In doubt. */
    state: z.string(),
    rows: z.number().int().nullable(),
    bytes: z.number().nullable(),
    fileName: z.string().nullable(),
    sha256: z.string().nullable().describe('of the file as it was sent, in hex'),
    /** Opaque positions; null until the window is cut. */
    window: z.object({ from: z.string(), to: z.string() }).nullable(),
    windowNumber: z.number().int().nullable(),
    /** The transfer whose window this one carries again. */
    windowOf: uuid.nullable(),
    stages: z.array(stage),
    /** How it went beyond the usual: what the server does not allow and how that was handled, cells without a character in the encoding. */
    notes: z.array(z.string()),
    failure: failure.nullable(),
    inDoubt: z.boolean(),
    retryAt: instant.nullable(),
    slotAt: instant.nullable(),
    startedBy: z.string(),
    queuedAt: instant,
    startedAt: instant.nullable(),
    finishedAt: instant.nullable(),
    /** Milliseconds from start to end. */
    duration: z.number().nullable(),
    canResend: z.boolean(),
  })
  .meta({ id: 'Transfer' });
export type TransferView = z.infer<typeof transfer>;

export const transfersQuery = pageQuery.extend({
  destination: uuid.optional(),
  dataset: dataset.optional(),
  status: z.enum(['queued', 'running', 'succeeded', 'empty', 'failed']).optional(),
  trigger: z.enum(['scheduled', 'manual', 'retry', 'resend']).optional(),
});

/** `wait`: answers when it has ended. */
export const runTransferRequest = z.object({ wait: z.boolean().default(false) });

export const downloadQuery = z.object({ dataset });

/** What the next transfer would send. `rows`: the first ones, as text in the order of `columns`. */
export const transferPreview = z
  .object({
    dataset,
    fileName: z.string(),
    count: z.number().int(),
    columns: z.array(z.string()),
    rows: z.array(z.array(z.string())),
    /** The first bytes of the file as text. */
    sample: z.string(),
    startsFrom: z.object({
      kind: z.enum(['watermark', 'since', 'last-exported', 'beginning']),
      at: z.string().nullable(),
    }),
    notes: z.array(z.string()),
  })
  .meta({ id: 'TransferPreview' });
export type TransferPreview = z.infer<typeof transferPreview>;

export const manifestKey = z
  .object({ publicKey: z.string().describe('Ed25519, SPKI in PEM'), fingerprint: z.string() })
  .meta({ id: 'ManifestKey' });

/** Rows and transfers a day, for charts. */
export const transferDays = z
  .object({
    days: z.array(
      z.object({ day: z.string(), delivered: z.number().int(), failed: z.number().int(), rows: z.number().int() }),
    ),
  })
  .meta({ id: 'TransferDays' });

// Destinations: where an institution wants its files; their keys, host keys and tests.

import { z } from 'zod';
import { datasets } from '../domain/dataset.ts';
import { instant, uuid } from './common.ts';

export const dataset = z.enum(datasets);
const time = z.string().regex(/^([01]\d|2[0-3]):[0-5]\d$/, 'Write a time such as 02:00.');
const frequency = z.string().max(40).describe('hourly, every-N-hours, daily, weekdays, weekly:mon, monthly:1');

/** A coded failure: `headline` for the administrator, `detail` what was observed, `nextStep` the one thing to do. */
export const failure = z
  .object({
    code: z.string(),
    headline: z.string(),
    detail: z.string(),
    nextStep: z.string(),
    /** Facts for engineers: name → value. */
    facts: z.record(z.string(), z.union([z.string(), z.number(), z.boolean(), z.array(z.string())])),
    mayPass: z.boolean(),
  })
  .meta({ id: 'Failure' });
export type FailureView = z.infer<typeof failure>;

export const stage = z
  .object({
    name: z.string(),
    /** False only for the one that failed; `limited` works, and `detail` says how. */
    ok: z.boolean(),
    status: z.enum(['ok', 'limited', 'failed']),
    ms: z.number(),
    detail: z.string(),
  })
  .meta({ id: 'Stage' });
export type StageView = z.infer<typeof stage>;

export const fileOptions = z
  .object({
    nameTemplate: z.string().min(1).max(200),
    delimiter: z.enum(['comma', 'tab', 'semicolon', 'pipe']),
    quoting: z.enum(['as-needed', 'all']),
    lineEnd: z.enum(['crlf', 'lf']),
    encoding: z.enum(['utf-8', 'utf-8-bom', 'utf-16le', 'windows-1252']),
    header: z.boolean(),
    columns: z
      .array(z.object({ field: z.string(), header: z.string().min(1).max(200) }))
      .min(1)
      .max(200)
      .nullable(),
    emptyFile: z.enum(['skip', 'send']),
    sameName: z.enum(['number', 'replace']),
    manifest: z.boolean(),
    done: z.boolean(),
    readBack: z.boolean(),
    pgpKey: z.string().max(50_000).nullable(),
  })
  .meta({ id: 'FileOptions' });
export type FileOptionsView = z.infer<typeof fileOptions>;

export const destinationHostKey = z
  .object({
    type: z.string(),
    sha256: z.string(),
    md5: z.string(),
    confirmed: z.boolean(),
    state: z.enum(['detected', 'offered', 'confirmed']),
    firstSeenAt: instant,
    lastSeenAt: instant,
    confirmedAt: instant.nullable(),
    confirmedBy: z.string().nullable(),
  })
  .meta({ id: 'DestinationHostKey' });
export type DestinationHostKey = z.infer<typeof destinationHostKey>;

export const destinationKey = z
  .object({
    id: uuid,
    state: z.enum(['current', 'next', 'retired']),
    type: z.enum(['ssh-ed25519', 'ssh-rsa']),
    fingerprint: z.string(),
    createdAt: instant,
    servesUntil: instant.nullable(),
    lastUsedAt: instant.nullable(),
  })
  .meta({ id: 'DestinationKey' });

export const transferSummary = z
  .object({
    id: uuid,
    status: z.enum(['queued', 'running', 'succeeded', 'empty', 'failed']),
    /** In words: Delivered, Nothing to send, Failed, will retry at … */
    state: z.string(),
    rows: z.number().int().nullable(),
    fileName: z.string().nullable(),
    finishedAt: instant.nullable(),
    failure: failure.nullable(),
  })
  .meta({ id: 'TransferSummary' });

export const destination = z
  .object({
    id: uuid,
    institution: z.string(),
    dataset,
    name: z.string(),
    status: z.enum(['draft', 'on', 'off']),
    /** On, Off or Needs you; `message` says why and what to do. */
    state: z.string(),
    message: z.string(),
    host: z.string(),
    port: z.number().int(),
    path: z.string(),
    username: z.string(),
    auth: z.enum(['password', 'key']),
    /** False when the password must be given again, such as after a change of the host. */
    hasSecret: z.boolean(),
    /** The public half of a new key pair; only in the answer that made it. */
    publicKey: z.string().optional(),
    keys: z.array(destinationKey),
    checkFingerprint: z.boolean(),
    hostKeyState: z.enum(['off', 'unverified', 'verified', 'mismatch']),
    hostKeys: z.array(destinationHostKey),
    frequency: z.string(),
    at: z.string(),
    /** The frequency in words, such as “every day at 2:00 am (America/New_York)”. */
    schedule: z.string(),
    timeZone: z.string(),
    nextRunAt: instant.nullable(),
    since: z.string().nullable(),
    /** Where the next window starts: after the last delivered one, at a date, or at the beginning. */
    startsFrom: z.object({
      kind: z.enum(['watermark', 'since', 'last-exported', 'beginning']),
      at: z.string().nullable(),
    }),
    file: fileOptions,
    egressAddresses: z.array(z.string()).describe('the addresses that our traffic comes from, for allow-lists'),
    lastTransfer: transferSummary.nullable(),
    /** The last failed test or transfer when nothing has worked since: shown as Configuration issues. */
    lastFailure: failure.extend({ at: instant, source: z.enum(['probe', 'transfer']) }).nullable(),
    createdAt: instant,
    updatedAt: instant,
  })
  .meta({ id: 'Destination' });
export type DestinationView = z.infer<typeof destination>;

const settings = {
  name: z.string().trim().min(1).max(200).optional(),
  host: z.string().trim().min(1).max(253),
  port: z.number().int().min(1).max(65535),
  path: z.string().min(1).max(1000),
  username: z.string().min(1).max(200),
  frequency,
  at: time,
  since: z.iso.date().nullable(),
  checkFingerprint: z.boolean(),
  file: fileOptions.partial(),
};
const password = z.string().min(1).max(10_000);
const keyType = z.enum(['ssh-ed25519', 'ssh-rsa']);

export const createDestinationRequest = z.object({
  dataset,
  name: settings.name,
  host: settings.host,
  port: settings.port.default(22),
  path: settings.path.default('/'),
  username: settings.username,
  frequency: settings.frequency.default('daily'),
  at: settings.at.default('02:00'),
  since: settings.since.default(null),
  checkFingerprint: settings.checkFingerprint.default(true),
  file: settings.file.default({}),
  /** Exactly one of the two. */
  password: password.optional(),
  generateKey: keyType.optional(),
});
export type CreateDestinationRequest = z.input<typeof createDestinationRequest>;

/** Absent members stay. Another host, port or user drops the confirmed host keys and asks for the secret again (ruling 29). */
export const updateDestinationRequest = z.object({
  name: settings.name,
  host: settings.host.optional(),
  port: settings.port.optional(),
  path: settings.path.optional(),
  username: settings.username.optional(),
  frequency: settings.frequency.optional(),
  at: settings.at.optional(),
  since: settings.since.optional(),
  checkFingerprint: settings.checkFingerprint.optional(),
  file: settings.file.optional(),
  password: password.optional(),
});
export type UpdateDestinationRequest = z.input<typeof updateDestinationRequest>;

/** Delete & regenerate. `atOnce` retires the old key now; otherwise it serves until the new one has worked, at most 14 days. */
export const regenerateKeyRequest = z.object({
  type: keyType.default('ssh-ed25519'),
  atOnce: z.boolean().default(false),
});

/** `sha256` of a key that was seen; or, for a planned change, `publicKey`: a whole line of the server's next key. */
export const confirmHostKeyRequest = z.union(
  [
    z.strictObject({ sha256: z.string().min(1).max(200) }),
    z.strictObject({ publicKey: z.string().min(1).max(20_000) }),
  ],
  { error: 'Give either sha256 or publicKey, as text.' },
);

/** `enable`: what Test and Save does: on when the test passes. `wait` false answers at once; read the probe until it has ended. */
export const probeRequest = z.object({ enable: z.boolean().default(false), wait: z.boolean().default(true) });

export const probe = z
  .object({
    id: uuid,
    destinationId: uuid,
    status: z.enum(['running', 'passed', 'failed']),
    ok: z.boolean(),
    failure: failure.nullable(),
    stages: z.array(stage),
    fingerprints: z.array(z.object({ type: z.string(), sha256: z.string(), md5: z.string(), confirmed: z.boolean() })),
    /** The destination is on after it. */
    enabled: z.boolean(),
    startedBy: z.string(),
    startedAt: instant,
    finishedAt: instant.nullable(),
  })
  .meta({ id: 'Probe' });
export type ProbeView = z.infer<typeof probe>;

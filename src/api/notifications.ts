// Notifications: mails that were sent or kept, webhooks and their deliveries, the weekly digest.

import { z } from 'zod';
import { instant, pageQuery, uuid } from './common.ts';

export const mail = z
  .object({
    id: uuid,
    event: z.string(),
    recipient: z.string(),
    subject: z.string(),
    text: z.string(),
    /** kept: no SMTP server is set, so it can only be read here. */
    status: z.enum(['queued', 'sent', 'failed', 'kept']),
    attempts: z.number().int(),
    lastError: z.string().nullable(),
    createdAt: instant,
    sentAt: instant.nullable(),
  })
  .meta({ id: 'Mail' });
export type MailView = z.infer<typeof mail>;

/** The events a webhook can ask for; their data is in docs/webhooks.md. */
export const webhookEvents = [
  'destination.created',
  'destination.changed',
  'destination.deleted',
  'destination.host-key-changed',
  'transfer.succeeded',
  'transfer.failed',
  'import.finished',
  'import.held',
] as const;

export const webhook = z
  .object({
    id: uuid,
    url: z.string(),
    events: z.array(z.enum(webhookEvents)),
    active: z.boolean(),
    /** whsec_…; only in the answer that made it. */
    secret: z.string().optional(),
    createdAt: instant,
    lastDelivery: z
      .object({ status: z.enum(['queued', 'delivered', 'failed']), at: instant, error: z.string().nullable() })
      .nullable(),
  })
  .meta({ id: 'Webhook' });
export type WebhookView = z.infer<typeof webhook>;

export const createWebhookRequest = z.object({
  url: z.url().max(2000),
  events: z.array(z.enum(webhookEvents)).min(1),
});
export const updateWebhookRequest = z.object({
  active: z.boolean().optional(),
  events: z.array(z.enum(webhookEvents)).min(1).optional(),
});

export const webhookDelivery = z
  .object({
    id: uuid,
    event: z.string(),
    status: z.enum(['queued', 'delivered', 'failed']),
    attempts: z.number().int(),
    responseStatus: z.number().int().nullable(),
    lastError: z.string().nullable(),
    createdAt: instant,
    finishedAt: instant.nullable(),
  })
  .meta({ id: 'WebhookDelivery' });
export type WebhookDeliveryView = z.infer<typeof webhookDelivery>;

export const mailsQuery = pageQuery.extend({ event: z.string().optional() });

export const digest = z
  .object({
    enabled: z.boolean(),
    recipients: z.array(z.email()).max(50),
    nextAt: instant.nullable(),
    timeZone: z.string(),
    /** Is an SMTP server set? Otherwise mails are kept and can be read in the pages. */
    mailIsSent: z.boolean(),
  })
  .meta({ id: 'Digest' });
export type DigestView = z.infer<typeof digest>;
export const updateDigestRequest = z.object({
  enabled: z.boolean().optional(),
  recipients: z.array(z.email()).max(50).optional(),
});
export type DigestChange = z.infer<typeof updateDigestRequest>;

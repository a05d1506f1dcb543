// Secrets of webhooks: how they are made, sealed, and used to sign (standardwebhooks.com, version 1 with HMAC-SHA256).
// Invariant: a secret has 256 random bits; it is shown in the answer that made it and opened for signing only.

import { createHmac, randomBytes } from 'node:crypto';
import type { InstitutionId, WebhookId } from '../domain/ids.ts';
import type { Sealer } from '../domain/ports.ts';

const prefix = 'whsec_';

export function newWebhookSecret(): string {
  return prefix + randomBytes(32).toString('base64');
}

export function sealWebhookSecret(
  sealer: Sealer,
  institutionId: InstitutionId,
  id: WebhookId,
  secret: string,
): Uint8Array {
  return sealer.seal(secret, sealContext(institutionId, id));
}

export function openWebhookSecret(
  sealer: Sealer,
  institutionId: InstitutionId,
  id: WebhookId,
  sealed: Uint8Array,
): string {
  return sealer.open(sealed, sealContext(institutionId, id));
}

/** The headers that a receiver checks; `id` stays the same over all tries, `at` is the time of this one. */
export function signedHeaders(secret: string, id: string, at: Date, body: string): Record<string, string> {
  const timestamp = String(Math.floor(at.getTime() / 1000));
  const key = Buffer.from(secret.slice(prefix.length), 'base64');
  const signature = createHmac('sha256', key).update(`${id}.${timestamp}.${body}`).digest('base64');
  return { 'webhook-id': id, 'webhook-timestamp': timestamp, 'webhook-signature': `v1,${signature}` };
}

function sealContext(institutionId: InstitutionId, id: WebhookId): string {
  return `webhook-secret:${institutionId}:${id}`;
}

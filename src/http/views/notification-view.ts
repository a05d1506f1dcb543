// Mails, webhooks, deliveries and the digest as the API shows them.
// Invariant: a webhook's secret is in a view only when it was just made.

import type { Deps } from '../../deps.ts';
import type { DigestSettings } from '../../store/digests.ts';
import type { InstitutionRecord } from '../../store/institutions.ts';
import type { MailRecord } from '../../store/mails.ts';
import type { DeliveryRecord, WebhookRecord } from '../../store/webhooks.ts';

export function mailView(mail: MailRecord) {
  const { id, event, recipient, subject, text, status, attempts, lastError } = mail;
  const createdAt = mail.createdAt.toISOString();
  const sentAt = mail.sentAt?.toISOString() ?? null;
  return { id, event, recipient, subject, text, status, attempts, lastError, createdAt, sentAt };
}

export function webhookView<Event extends string>(
  webhook: WebhookRecord,
  isEvent: (event: string) => event is Event,
  secret?: string,
) {
  const { id, url, events, active, lastDelivery } = webhook;
  return {
    id,
    url,
    events: events.filter(isEvent),
    active,
    ...(secret === undefined ? {} : { secret }),
    createdAt: webhook.createdAt.toISOString(),
    lastDelivery: lastDelivery && { ...lastDelivery, at: lastDelivery.at.toISOString() },
  };
}

export function deliveryView(delivery: DeliveryRecord) {
  const { id, event, status, attempts, responseStatus, lastError } = delivery;
  const createdAt = delivery.createdAt.toISOString();
  const finishedAt = delivery.finishedAt?.toISOString() ?? null;
  return { id, event, status, attempts, responseStatus, lastError, createdAt, finishedAt };
}

export function digestView(deps: Pick<Deps, 'mail'>, institution: InstitutionRecord, digest: DigestSettings) {
  const { enabled, recipients } = digest;
  const nextAt = digest.nextAt?.toISOString() ?? null;
  return { enabled, recipients, nextAt, timeZone: institution.timeZone, mailIsSent: deps.mail !== null };
}

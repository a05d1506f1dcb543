// Sends one queued webhook delivery.
// Invariant: every try carries the same id and the same bytes; a receiver that answers 410 is sent nothing more.

import { TryAgain } from '../db/queue.ts';
import type { Deps } from '../deps.ts';
import { systemActor } from '../domain/actor.ts';
import type { InstitutionId, WebhookDeliveryId } from '../domain/ids.ts';
import { appendAudit } from '../store/audit.ts';
import {
  type DeliveryToSend,
  type DeliveryTry,
  endDelivery,
  getDeliveryToSend,
  lockWebhook,
  recordDeliveryTry,
  updateWebhookRow,
} from '../store/webhooks.ts';
import { oneLine } from './mail-body.ts';
import type { JobTry } from './send-mail.ts';
import { testCutShort, testEvent } from './test-webhook.ts';
import { openWebhookSecret, signedHeaders } from './webhook-secret.ts';

type SendWebhookDeps = Pick<Deps, 'db' | 'clock' | 'sealer' | 'post' | 'installation'>;

/** Throws when the receiver may take it later, so that the queue tries again; not at the last try, and not for a test. */
export async function sendWebhook(
  deps: SendWebhookDeps,
  ids: { institutionId: InstitutionId; deliveryId: WebhookDeliveryId },
  job: JobTry,
): Promise<void> {
  const { institutionId, deliveryId } = ids;
  const delivery = await getDeliveryToSend(deps.db, institutionId, deliveryId);
  if (!delivery) return;
  const isTest = delivery.event === testEvent;
  const endedWithoutTry = (lastError: string) =>
    endDelivery(deps.db, institutionId, deliveryId, { lastError, finishedAt: deps.clock.now() });
  if (!delivery.active && !isTest) return endedWithoutTry('The webhook was switched off.');
  // A try before this one died before it could say what came of it.
  if (isTest && job.attempt > 0) return endedWithoutTry(testCutShort);
  const { status, reason } = await deps.post(delivery.url, headersOf(deps, institutionId, delivery), delivery.body);
  const finishedAt = deps.clock.now();
  const outcome = { responseStatus: status, finishedAt };
  if (status !== null && status >= 200 && status < 300) {
    await recordDeliveryTry(deps.db, institutionId, deliveryId, { ...outcome, status: 'delivered', lastError: null });
    return;
  }
  const lastError = errorWords(status, reason);
  if (status === 410) return endWebhook(deps, institutionId, delivery, { ...outcome, status: 'failed', lastError });
  const ends = job.last || isTest;
  const recorded = await recordDeliveryTry(deps.db, institutionId, deliveryId, {
    ...outcome,
    status: ends ? 'failed' : 'queued',
    lastError,
    finishedAt: ends ? finishedAt : null,
  });
  if (recorded && !ends) throw new TryAgain(`a webhook is not delivered yet: ${lastError}`);
}

function headersOf(
  deps: SendWebhookDeps,
  institutionId: InstitutionId,
  delivery: DeliveryToSend,
): Record<string, string> {
  const secret = openWebhookSecret(deps.sealer, institutionId, delivery.webhookId, delivery.secretSealed);
  return {
    'content-type': 'application/json; charset=utf-8',
    'user-agent': `Causeway/${deps.installation.version}`,
    ...signedHeaders(secret, delivery.id, deps.clock.now(), delivery.body),
  };
}

function errorWords(status: number | null, reason: string | null): string {
  if (status === null) return troubles[reason ?? ''] ?? `No answer came: ${oneLine(reason ?? 'unknown', 100)}.`;
  if (status >= 300 && status < 400) return `Answered ${status}. Redirects are not followed: enter the final address.`;
  if (status === 410) return 'Answered 410 Gone: the webhook was switched off.';
  return `Answered ${status} instead of 2xx.`;
}

/** In words, what the way to the receiver met. */
const troubles: Readonly<Record<string, string>> = {
  'address-not-allowed': 'The address is not one that this installation may reach.',
  'name not found': 'The name of the receiver was not found.',
  'connection refused': 'Nothing listens at the address.',
  'timed out': 'No answer came in time.',
  'certificate not accepted': 'The certificate of the receiver is not accepted.',
};

/** The receiver wants no more: what is queued besides ends when its turn comes. */
async function endWebhook(
  deps: SendWebhookDeps,
  institutionId: InstitutionId,
  delivery: DeliveryToSend,
  outcome: DeliveryTry,
): Promise<void> {
  await deps.db.transaction(async (tx) => {
    const webhook = await lockWebhook(tx, institutionId, delivery.webhookId);
    if (!webhook) return;
    await recordDeliveryTry(tx, institutionId, delivery.id, outcome);
    if (!webhook.active) return;
    await updateWebhookRow(tx, institutionId, webhook.id, { events: webhook.events, active: false });
    await appendAudit(tx, institutionId, deps, systemActor, {
      action: 'webhook.switched-off',
      subject: webhook.id,
      facts: { reason: 'The receiver answered 410 Gone.' },
    });
  });
}

// Sends a webhook a test event, so that a receiver can be tried out.
// Invariant: a test is tried once, and works for a webhook that is switched off too.

import type { Deps } from '../deps.ts';
import { AppError } from '../domain/errors.ts';
import type { InstitutionId, WebhookDeliveryId, WebhookId } from '../domain/ids.ts';
import { getInstitution } from '../store/institutions.ts';
import { type DeliveryRecord, getDelivery, insertDelivery, lockWebhook } from '../store/webhooks.ts';
import { testBody } from './webhook-body.ts';

export const testEvent = 'webhook.test';

/** What ends a test whose only try has no outcome. */
export const testCutShort = 'The try was cut short, so it is not known whether it arrived. Send another test.';

/** The delivery as it was queued. Throws AppError `no-such-webhook`. */
export async function testWebhook(
  deps: Pick<Deps, 'db' | 'clock' | 'newId' | 'queue' | 'installation'>,
  institutionId: InstitutionId,
  webhookId: WebhookId,
): Promise<DeliveryRecord> {
  return deps.db.transaction(async (tx) => {
    const institution = await getInstitution(tx, institutionId);
    if (!institution || !(await lockWebhook(tx, institutionId, webhookId))) throw noSuchWebhook();
    const createdAt = deps.clock.now();
    const id = deps.newId<WebhookDeliveryId>();
    const body = testBody({ institution, at: createdAt, publicUrl: deps.installation.publicUrl() });
    await insertDelivery(tx, institutionId, { id, webhookId, event: testEvent, body, createdAt });
    await deps.queue.send(tx, 'send-webhook', { institutionId, deliveryId: id });
    const delivery = await getDelivery(tx, institutionId, id);
    if (!delivery) throw new Error('the delivery just made is not there');
    return delivery;
  });
}

export function noSuchWebhook(): AppError {
  return new AppError(
    'not-found',
    'no-such-webhook',
    'There is no such webhook in this institution.',
    'Take its id from the list of webhooks.',
  );
}

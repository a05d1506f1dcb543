// From an event to the mails and webhook deliveries that tell of it.
// Invariant: rows and jobs are in the transaction of the change, so that it is told of exactly when it took place.

import type { Tx } from '../db/connection.ts';
import type { Deps } from '../deps.ts';
import type { NotifyEvent } from '../domain/events.ts';
import type { InstitutionId, WebhookDeliveryId } from '../domain/ids.ts';
import { getDestination } from '../store/destinations.ts';
import { getInstitution } from '../store/institutions.ts';
import { getTransfer } from '../store/transfers.ts';
import { listActiveAdmins } from '../store/users.ts';
import { insertDelivery, webhooksFor } from '../store/webhooks.ts';
import { eventWords } from './event-words.ts';
import type { Surroundings } from './surroundings.ts';
import { webhookBody } from './webhook-body.ts';
import { writeMails } from './write-mails.ts';

/** The members of `deps` are asked for at each event: some are set after this. */
export function createNotify(deps: Omit<Deps, 'notify'>): Deps['notify'] {
  return async (tx, institutionId, event) => {
    const webhooks = await webhooksFor(tx, institutionId, event.kind);
    const mailed = await isMailed(tx, institutionId, event);
    if (webhooks.length === 0 && !mailed) return;
    const institution = await getInstitution(tx, institutionId);
    if (!institution) throw new Error('an event of an institution that is not there');
    const around = { institution, at: deps.clock.now(), publicUrl: deps.installation.publicUrl() };
    if (mailed) await mailAdministrators(deps, tx, event, around);
    for (const webhookId of webhooks) {
      const id = deps.newId<WebhookDeliveryId>();
      const body = webhookBody(event, around);
      await insertDelivery(tx, institutionId, { id, webhookId, event: event.kind, body, createdAt: around.at });
      await deps.queue.send(tx, 'send-webhook', { institutionId, deliveryId: id });
    }
  };
}

/**
 * Of a scheduled run that fails again and again the first failure is mailed and the last one: otherwise an hourly
 * schedule would fill mailboxes with the same words.
 */
async function isMailed(tx: Tx, institutionId: InstitutionId, event: NotifyEvent): Promise<boolean> {
  switch (event.kind) {
    case 'destination.created':
    case 'destination.changed':
    case 'destination.deleted':
    case 'destination.host-key-changed':
    case 'majors.entitled':
      return true;
    case 'transfer.failed':
      if (!event.scheduled) return false;
      if (event.retryAt === null) return true;
      return ((await getTransfer(tx, institutionId, event.transferId))?.slotAttempt ?? 1) <= 1;
    default:
      return false;
  }
}

async function mailAdministrators(
  deps: Omit<Deps, 'notify'>,
  tx: Tx,
  event: NotifyEvent,
  around: Surroundings,
): Promise<void> {
  const { institution, at } = around;
  const destination =
    event.kind === 'transfer.failed' ? await getDestination(tx, institution.id, event.destinationId) : null;
  const words = eventWords(event, { ...around, nextRunAt: destination?.nextRunAt ?? null });
  if (!words) return;
  const recipients = await listActiveAdmins(tx, institution.id);
  await writeMails(deps, tx, institution.id, { event: event.kind, recipients, at, words });
}

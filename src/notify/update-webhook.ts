// Changes what a webhook wants, switches it on or off, or deletes it.
// Invariant: what is deleted or off is sent nothing more, apart from a request that is under way.

import type { Deps } from '../deps.ts';
import type { Actor } from '../domain/actor.ts';
import type { InstitutionId, WebhookId } from '../domain/ids.ts';
import { appendAudit } from '../store/audit.ts';
import { deleteWebhookRow, lockWebhook, updateWebhookRow } from '../store/webhooks.ts';
import { noSuchWebhook } from './test-webhook.ts';

type ChangeDeps = Pick<Deps, 'db' | 'clock' | 'sealer'>;

/** Absent members stay as they are. Throws AppError `no-such-webhook`. */
export async function updateWebhook(
  deps: ChangeDeps,
  actor: Actor,
  institutionId: InstitutionId,
  id: WebhookId,
  update: { active?: boolean | undefined; events?: readonly string[] | undefined },
): Promise<void> {
  await deps.db.transaction(async (tx) => {
    const webhook = await lockWebhook(tx, institutionId, id);
    if (!webhook) throw noSuchWebhook();
    const active = update.active ?? webhook.active;
    const events = update.events ? [...new Set(update.events)] : webhook.events;
    const facts = {
      ...(active === webhook.active ? {} : { active }),
      ...(events.join() === webhook.events.join() ? {} : { events: { old: webhook.events, new: events } }),
    };
    if (Object.keys(facts).length === 0) return;
    await updateWebhookRow(tx, institutionId, id, { events, active });
    await appendAudit(tx, institutionId, deps, actor, { action: 'webhook.updated', subject: id, facts });
  });
}

/** With its deliveries. Throws AppError `no-such-webhook`. */
export async function deleteWebhook(
  deps: ChangeDeps,
  actor: Actor,
  institutionId: InstitutionId,
  id: WebhookId,
): Promise<void> {
  await deps.db.transaction(async (tx) => {
    const webhook = await lockWebhook(tx, institutionId, id);
    if (!webhook) throw noSuchWebhook();
    await deleteWebhookRow(tx, institutionId, id);
    const facts = { host: new URL(webhook.url).host };
    await appendAudit(tx, institutionId, deps, actor, { action: 'webhook.deleted', subject: id, facts });
  });
}

// Handlers of notifications.
// Invariant: a change answers with the thing as it is in the database after it.

import { webhookEvents } from '../../api/notifications.ts';
import type { Deps } from '../../deps.ts';
import { AppError } from '../../domain/errors.ts';
import type { InstitutionId, MailId, WebhookId } from '../../domain/ids.ts';
import { createWebhook } from '../../notify/create-webhook.ts';
import { noSuchWebhook, testWebhook } from '../../notify/test-webhook.ts';
import { updateDigest } from '../../notify/update-digest.ts';
import { deleteWebhook, updateWebhook } from '../../notify/update-webhook.ts';
import { getDigest } from '../../store/digests.ts';
import type { InstitutionRecord } from '../../store/institutions.ts';
import { getMail, listMails } from '../../store/mails.ts';
import { getWebhook, listDeliveries, listWebhooks } from '../../store/webhooks.ts';
import type { Handlers } from '../call.ts';
import { fetchLimit, idCursor, pageOf, shortList } from '../pages.ts';
import type { notificationRoutes } from '../table/notification-routes.ts';
import { deliveryView, digestView, mailView, webhookView } from '../views/notification-view.ts';

export function notificationHandlers(deps: Deps): Handlers<typeof notificationRoutes> {
  const showWebhook = async (institutionId: InstitutionId, id: string) => {
    const webhook = await getWebhook(deps.db, institutionId, id as WebhookId);
    if (!webhook) throw noSuchWebhook();
    return webhookView(webhook, isWebhookEvent);
  };
  const showDigest = async (institution: InstitutionRecord) => {
    const digest = await getDigest(deps.db, institution.id);
    if (!digest) throw new Error('the digest of an institution that is not there');
    return digestView(deps, institution, digest);
  };

  return {
    'mails.list': async ({ institution, query }) => {
      const options = { event: query.event ?? null, before: idCursor(query), limit: fetchLimit(query) };
      const mails = await listMails(deps.db, institution.id, options);
      return pageOf(mails, query, (mail) => mail.id, mailView);
    },
    'mails.show': async ({ institution, params }) => {
      const mail = await getMail(deps.db, institution.id, params.id as MailId);
      if (!mail) throw noSuchMail();
      return mailView(mail);
    },
    'webhooks.list': async ({ institution, query }) => {
      const webhooks = await listWebhooks(deps.db, institution.id);
      const views = webhooks.map((webhook) => webhookView(webhook, isWebhookEvent));
      return shortList(views, query);
    },
    'webhooks.create': async ({ institution, body, identity }) => {
      const { webhook, secret } = await createWebhook(deps, identity.actor, institution.id, body);
      return webhookView(webhook, isWebhookEvent, secret);
    },
    'webhooks.update': async ({ institution, params, body, identity }) => {
      await updateWebhook(deps, identity.actor, institution.id, params.id as WebhookId, body);
      return showWebhook(institution.id, params.id);
    },
    'webhooks.delete': async ({ institution, params, identity }) => {
      await deleteWebhook(deps, identity.actor, institution.id, params.id as WebhookId);
    },
    'webhooks.test': async ({ institution, params }) =>
      deliveryView(await testWebhook(deps, institution.id, params.id as WebhookId)),
    'webhooks.deliveries': async ({ institution, params, query }) => {
      const { id } = await showWebhook(institution.id, params.id);
      const page = { before: idCursor(query), limit: fetchLimit(query) };
      const deliveries = await listDeliveries(deps.db, institution.id, id, page);
      return pageOf(deliveries, query, (delivery) => delivery.id, deliveryView);
    },
    'digest.show': ({ institution }) => showDigest(institution),
    'digest.update': async ({ institution, body, identity }) => {
      await updateDigest(deps, identity.actor, institution, body);
      return showDigest(institution);
    },
  };
}

type WebhookEvent = (typeof webhookEvents)[number];

function isWebhookEvent(event: string): event is WebhookEvent {
  return (webhookEvents as readonly string[]).includes(event);
}

function noSuchMail(): AppError {
  return new AppError(
    'not-found',
    'no-such-mail',
    'There is no such mail in this institution.',
    'Take its id from the list of mails.',
  );
}

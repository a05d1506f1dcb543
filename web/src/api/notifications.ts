// Mails that were sent or kept, webhooks and their deliveries, and the weekly digest of an institution.

import type {
  WebhookDeliveryView as Delivery,
  DigestView as Digest,
  DigestChange,
  MailView,
  WebhookView,
} from '@api/notifications.ts';
import { queryOptions } from '@tanstack/react-query';
import { ApiProblem, getJson, sendJson } from './client.ts';
import { at } from './institutions.ts';
import type { ListPage } from './list.ts';

export type { Delivery, Digest };
export type WebhookEvent = WebhookView['events'][number];

/** Mails beside other things on a page: a short list. */
const mailsShown = 10;

/** A mail that waits is sent within seconds: the list is read again now and then. */
export const mailsQuery = (slug: string, cursor: string | undefined) =>
  queryOptions({
    queryKey: ['mails', slug, cursor ?? ''],
    queryFn: ({ signal }) => getJson<ListPage<MailView>>(`${at(slug)}/mails`, { cursor, limit: mailsShown }, signal),
    refetchInterval: 15_000,
  });

export const mailQuery = (slug: string, id: string) =>
  queryOptions({
    queryKey: ['mail', slug, id],
    queryFn: ({ signal }) => getJson<MailView>(`${at(slug)}/mails/${encodeURIComponent(id)}`, {}, signal),
    refetchInterval: ({ state }) => (state.data?.status === 'queued' ? 5_000 : false),
  });

export const webhooksQuery = (slug: string) =>
  queryOptions({
    queryKey: ['webhooks', slug],
    queryFn: async ({ signal }) => (await getJson<ListPage<WebhookView>>(`${at(slug)}/webhooks`, {}, signal)).items,
    refetchInterval: 15_000,
  });

export function webhookOf(webhooks: readonly WebhookView[], id: string): WebhookView {
  const found = webhooks.find((webhook) => webhook.id === id);
  if (found !== undefined) return found;
  throw new ApiProblem({
    type: 'about:blank',
    title: 'There is no such webhook.',
    status: 404,
    code: 'no-such-webhook',
    detail: 'It may have been deleted. The page Notifications lists those that there are.',
  });
}

export const deliveriesQuery = (slug: string, id: string, cursor: string | undefined) =>
  queryOptions({
    queryKey: ['webhook-deliveries', slug, id, cursor ?? ''],
    queryFn: ({ signal }) => getJson<ListPage<Delivery>>(`${path(slug, id)}/deliveries`, { cursor, limit: 25 }, signal),
    refetchInterval: ({ state }) => (state.data?.items.some((one) => one.status === 'queued') ? 2_000 : 15_000),
  });

export type NewWebhook = { url: string; events: WebhookEvent[] };
/** The answer is the only one that ever holds the secret. */
export const createWebhook = (slug: string, request: NewWebhook) =>
  sendJson<WebhookView>('POST', `${at(slug)}/webhooks`, request);
export const updateWebhook = (slug: string, id: string, change: { active?: boolean; events?: WebhookEvent[] }) =>
  sendJson<WebhookView>('PATCH', path(slug, id), change);
export const deleteWebhook = (slug: string, id: string) => sendJson<undefined>('DELETE', path(slug, id));
/** Sends a test event; how it ended stands in the deliveries. */
export const testWebhook = (slug: string, id: string) => sendJson<Delivery>('POST', `${path(slug, id)}/test`);

export const digestQuery = (slug: string) =>
  queryOptions({
    queryKey: ['digest', slug],
    queryFn: ({ signal }) => getJson<Digest>(`${at(slug)}/digest`, {}, signal),
  });

export const updateDigest = (slug: string, change: DigestChange) =>
  sendJson<Digest>('PATCH', `${at(slug)}/digest`, change);

function path(slug: string, id: string): string {
  return `${at(slug)}/webhooks/${encodeURIComponent(id)}`;
}

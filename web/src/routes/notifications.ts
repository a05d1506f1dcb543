// The pages of notifications: mails, webhooks and the weekly digest; one mail; one webhook with its deliveries.

import { createRoute, lazyRouteComponent, Outlet } from '@tanstack/react-router';
import { deliveriesQuery, digestQuery, mailQuery, mailsQuery, webhooksQuery } from '../api/notifications.ts';
import { institutionRoute } from './one-institution.ts';
import { type Search, text } from './search.ts';

const validateSearch = (search: Search): { cursor?: string | undefined } => ({ cursor: text(search.cursor) });

const parentRoute = createRoute({
  getParentRoute: () => institutionRoute,
  path: 'notifications',
  component: Outlet,
});

const notificationsRoute = createRoute({
  getParentRoute: () => parentRoute,
  path: '/',
  validateSearch,
  loaderDeps: ({ search }) => search,
  loader: ({ context: { queries }, params: { institution }, deps }) =>
    Promise.all([
      queries.ensureQueryData(mailsQuery(institution, deps.cursor)),
      queries.ensureQueryData(digestQuery(institution)),
      queries.ensureQueryData(webhooksQuery(institution)),
    ]),
  component: lazyRouteComponent(() => import('../pages/notifications/notifications-page.tsx'), 'NotificationsPage'),
});

const mailRoute = createRoute({
  getParentRoute: () => parentRoute,
  path: 'mails/$mailId',
  loader: ({ context: { queries }, params: { institution, mailId } }) =>
    Promise.all([
      queries.ensureQueryData(mailQuery(institution, mailId)),
      queries.ensureQueryData(digestQuery(institution)),
    ]),
  component: lazyRouteComponent(() => import('../pages/notifications/mail-page.tsx'), 'MailPage'),
});

const webhookRoute = createRoute({
  getParentRoute: () => parentRoute,
  path: 'webhooks/$webhookId',
  validateSearch,
  loaderDeps: ({ search }) => search,
  loader: ({ context: { queries }, params: { institution, webhookId }, deps }) =>
    Promise.all([
      queries.ensureQueryData(webhooksQuery(institution)),
      queries.ensureQueryData(deliveriesQuery(institution, webhookId, deps.cursor)),
    ]),
  component: lazyRouteComponent(() => import('../pages/notifications/webhook-page.tsx'), 'WebhookPage'),
});

export const notificationRoutes = [parentRoute.addChildren([notificationsRoute, mailRoute, webhookRoute])] as const;

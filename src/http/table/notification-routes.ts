// Routes of notifications: mails, webhooks and their deliveries, the weekly digest. All are for administrators: they name people.

import { institutionParams, page, pageQuery, shortListQuery, uuid } from '../../api/common.ts';
import {
  createWebhookRequest,
  digest,
  mail,
  mailsQuery,
  updateDigestRequest,
  updateWebhookRequest,
  webhook,
  webhookDelivery,
} from '../../api/notifications.ts';
import { route } from './route.ts';

const oneParams = institutionParams.extend({ id: uuid });

export const notificationRoutes = {
  'mails.list': route({
    method: 'GET',
    path: '/institutions/:institution/mails',
    access: 'admin',
    summary: 'Mails that were sent, wait to be sent, or are kept because no mail server is set; newest first',
    params: institutionParams,
    query: mailsQuery,
    answer: page(mail),
  }),
  'mails.show': route({
    method: 'GET',
    path: '/institutions/:institution/mails/:id',
    access: 'admin',
    summary: 'One mail',
    params: oneParams,
    answer: mail,
  }),
  'webhooks.list': route({
    method: 'GET',
    path: '/institutions/:institution/webhooks',
    access: 'admin',
    summary: 'The webhooks of an institution, newest first (one page unless a limit is given)',
    params: institutionParams,
    query: shortListQuery,
    answer: page(webhook),
  }),
  'webhooks.create': route({
    method: 'POST',
    path: '/institutions/:institution/webhooks',
    access: 'admin',
    summary: 'Makes a webhook. The answer is the only one that holds its secret.',
    params: institutionParams,
    body: createWebhookRequest,
    answer: webhook,
    status: 201,
  }),
  'webhooks.update': route({
    method: 'PATCH',
    path: '/institutions/:institution/webhooks/:id',
    access: 'admin',
    summary: 'Switches a webhook on or off, or changes the events that it is told of',
    params: oneParams,
    body: updateWebhookRequest,
    elsewhere: {
      url: 'It never changes: make another webhook.',
      secret: 'It never changes: make another webhook.',
    },
    answer: webhook,
  }),
  'webhooks.delete': route({
    method: 'DELETE',
    path: '/institutions/:institution/webhooks/:id',
    access: 'admin',
    summary: 'Deletes a webhook and its deliveries',
    params: oneParams,
    answer: null,
  }),
  'webhooks.test': route({
    method: 'POST',
    path: '/institutions/:institution/webhooks/:id/test',
    access: 'admin',
    summary: 'Sends a test event, once; the answer is its delivery, whose end the list of deliveries shows',
    params: oneParams,
    answer: webhookDelivery,
    status: 202,
    perMinute: 30,
  }),
  'webhooks.deliveries': route({
    method: 'GET',
    path: '/institutions/:institution/webhooks/:id/deliveries',
    access: 'admin',
    summary: 'What a webhook was sent, newest first',
    params: oneParams,
    query: pageQuery,
    answer: page(webhookDelivery),
  }),
  'digest.show': route({
    method: 'GET',
    path: '/institutions/:institution/digest',
    access: 'admin',
    summary: 'The weekly digest: on or off, its recipients, when it comes next',
    params: institutionParams,
    answer: digest,
  }),
  'digest.update': route({
    method: 'PATCH',
    path: '/institutions/:institution/digest',
    access: 'admin',
    summary: 'Switches the weekly digest on or off, or changes its recipients',
    params: institutionParams,
    body: updateDigestRequest,
    elsewhere: { timeZone: 'It is that of the institution.' },
    answer: digest,
  }),
};

// What mails and deliveries are about, and what became of them, in words.

import type { MailView, WebhookView } from '@api/notifications.ts';
import type { Tone } from './states.ts';

type WebhookEvent = WebhookView['events'][number];

const eventWords: Record<WebhookEvent, string> = {
  'destination.created': 'A destination is created',
  'destination.changed': 'A destination is changed',
  'destination.deleted': 'A destination is deleted',
  'destination.host-key-changed': 'A server shows a new fingerprint',
  'transfer.succeeded': 'A transfer succeeds',
  'transfer.failed': 'A transfer fails',
  'import.finished': 'An import is finished',
  'import.held': 'An import is held',
};

/** In the order of the check boxes. */
export const eventChoices = (Object.keys(eventWords) as WebhookEvent[]).map((value) => ({
  value,
  label: eventWords[value],
}));

const shortWords: Readonly<Record<string, string>> = {
  'destination.created': 'Destination created',
  'destination.changed': 'Destination changed',
  'destination.deleted': 'Destination deleted',
  'destination.host-key-changed': 'New fingerprint',
  'transfer.succeeded': 'Transfer succeeded',
  'transfer.failed': 'Transfer failed',
  'import.finished': 'Import finished',
  'import.held': 'Import held',
  'majors.entitled': 'Majors delivered',
  'digest.weekly': 'Weekly digest',
  'webhook.test': 'Test',
};

/** The event of a mail or a delivery; one that is not known here is shown as it is. */
export function happeningWords(event: string): string {
  return shortWords[event] ?? event;
}

/** `kept`: no mail server is set. */
export function mailState({ status, attempts }: Pick<MailView, 'status' | 'attempts'>): { word: string; tone: Tone } {
  if (status === 'sent') return { word: 'Sent', tone: 'good' };
  if (status === 'failed') return { word: 'Not sent', tone: 'bad' };
  if (status === 'kept') return { word: 'Kept here', tone: 'quiet' };
  return attempts === 0 ? { word: 'Waiting', tone: 'busy' } : { word: 'Will be tried again', tone: 'attention' };
}

type DeliveryFacts = { status: 'queued' | 'delivered' | 'failed'; attempts?: number };

export function deliveryState({ status, attempts = 0 }: DeliveryFacts): { word: string; tone: Tone } {
  if (status === 'delivered') return { word: 'Delivered', tone: 'good' };
  if (status === 'failed') return { word: 'Not delivered', tone: 'bad' };
  return attempts === 0 ? { word: 'Waiting', tone: 'busy' } : { word: 'Will be tried again', tone: 'attention' };
}

/** Addresses as people type them: one a line, or with commas, semicolons or spaces between them. */
export function addressesIn(text: string): string[] {
  return text.split(/[\s,;]+/).filter((address) => address !== '');
}

// What a webhook is told of an event: the payload of the Standard Webhooks scheme, {type, timestamp, data}.
// Invariant: ids, names of our own things and counts; no secret and no value of a contact (see docs/webhooks.md).

import type { NotifyEvent } from '../domain/events.ts';
import { pageLinks, type Surroundings } from './surroundings.ts';

/** The payload as text: these very bytes are signed and sent. */
export function webhookBody(event: NotifyEvent, around: Surroundings): string {
  return payload(event.kind, around, dataOf(event, around));
}

/** The payload of a test, which tells of nothing. */
export function testBody(around: Surroundings): string {
  return payload('webhook.test', around, { url: pageLinks(around).notifications });
}

function payload(type: string, { institution, at }: Surroundings, data: Record<string, unknown>): string {
  const { id, slug } = institution;
  return JSON.stringify({ type, timestamp: at.toISOString(), data: { institution: { id, slug }, ...data } });
}

function dataOf(event: NotifyEvent, around: Surroundings): Record<string, unknown> {
  const links = pageLinks(around);
  if ('importId' in event) {
    const { importId, fileName, status, reason } = event;
    return { import: { id: importId, fileName, status, reason }, url: links.import(importId) };
  }
  if (event.kind === 'majors.entitled') return { actor: event.actor, url: links.outboundSettings };
  const destination = { id: event.destinationId, name: event.destinationName, dataset: event.dataset };
  const url = links.destination(event.destinationId);
  switch (event.kind) {
    case 'destination.created':
    case 'destination.changed':
      return { destination, actor: event.actor, changed: event.changed, url };
    case 'destination.deleted':
      return { destination, actor: event.actor, url: links.destinations };
    case 'destination.host-key-changed':
      return { destination, sha256: event.sha256, goesOn: event.goesOn, url };
    case 'transfer.succeeded': {
      const { transferId, rows, fileName, sha256 } = event;
      return { destination, transfer: { id: transferId, rows, fileName, sha256 }, url: links.transfer(transferId) };
    }
    case 'transfer.failed': {
      const { transferId, failure, scheduled, retryAt } = event;
      const { code, headline, detail, nextStep, mayPass } = failure;
      return {
        destination,
        transfer: { id: transferId, scheduled, retryAt: retryAt?.toISOString() ?? null },
        failure: { code, headline, detail, nextStep, mayPass },
        url: links.transfer(transferId),
      };
    }
  }
}

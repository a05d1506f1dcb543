// What each queue's jobs do.
// Invariant: a job may come twice and on any node; the row that it is about says what is left to do.

import type { QueueJob } from '../db/queue.ts';
import type { Deps } from '../deps.ts';
import type { InstitutionId, MailId, TransferId, WebhookDeliveryId } from '../domain/ids.ts';
import { sendMail } from '../notify/send-mail.ts';
import { sendWebhook } from '../notify/send-webhook.ts';
import { retryTransfer } from '../outbound/retry-transfer.ts';
import { runTransfer } from '../outbound/run-transfer.ts';
import type { QueueName } from './queues.ts';

/** `stop` is aborted when this process ends: what runs gives its work back soon. */
export function queueHandlers(deps: Deps, stop: AbortSignal): Record<QueueName, (job: QueueJob) => Promise<void>> {
  return {
    'run-transfer': (job) => runTransfer(deps, transferOf(job), { attempt: job.attempt, stop }),
    'retry-transfer': (job) => retryTransfer(deps, transferOf(job)),
    'send-mail': (job) => {
      const mailId = member<MailId>(job, 'mailId');
      return sendMail(deps, { institutionId: member<InstitutionId>(job, 'institutionId'), mailId }, job);
    },
    'send-webhook': (job) => {
      const deliveryId = member<WebhookDeliveryId>(job, 'deliveryId');
      return sendWebhook(deps, { institutionId: member<InstitutionId>(job, 'institutionId'), deliveryId }, job);
    },
  };
}

function transferOf(job: QueueJob) {
  return {
    institutionId: member<InstitutionId>(job, 'institutionId'),
    transferId: member<TransferId>(job, 'transferId'),
  };
}

function member<Id extends string>({ data }: QueueJob, name: string): Id {
  const value = data[name];
  if (value === undefined) throw new Error(`a job without ${name}`);
  return value as Id;
}

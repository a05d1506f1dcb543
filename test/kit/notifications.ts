// What tests of notifications stand on: test dependencies with the real queue, which tries again at once, and events to tell of.
// Invariant: queue, mails and deliveries are those of production; only the patience of the queue is shorter.

import { openQueue, type QueueSettings } from '../../src/db/queue.ts';
import type { NotifyEvent } from '../../src/domain/events.ts';
import type { Failure } from '../../src/domain/failures.ts';
import type { DestinationId, InstitutionId, MailId, TransferId, WebhookDeliveryId } from '../../src/domain/ids.ts';
import type { MailTransport } from '../../src/domain/ports.ts';
import { queues } from '../../src/jobs/queues.ts';
import { createNotify } from '../../src/notify/notify.ts';
import { sendMail } from '../../src/notify/send-mail.ts';
import { sendWebhook } from '../../src/notify/send-webhook.ts';
import { openTestDeps, type TestDeps } from './accounts.ts';

/** Three tries, a second apart. */
const impatient: Pick<QueueSettings, 'retryLimit' | 'retryDelay' | 'retryDelayMax'> = {
  retryLimit: 2,
  retryDelay: 1,
  retryDelayMax: 1,
};

export async function openNotifications(options: { mail?: MailTransport; works?: boolean } = {}): Promise<TestDeps> {
  const deps = await openTestDeps({ publicUrl: 'https://causeway.example.edu' });
  deps.mail = options.mail ?? null;
  deps.notify = createNotify(deps);
  const settings = {
    'send-mail': { ...queues['send-mail'], ...impatient },
    'send-webhook': { ...queues['send-webhook'], ...impatient },
  };
  const handlers = {
    'send-mail': ({ data, ...job }: { data: Readonly<Record<string, string>>; attempt: number; last: boolean }) =>
      sendMail(deps, { institutionId: data.institutionId as InstitutionId, mailId: data.mailId as MailId }, job),
    'send-webhook': ({ data, ...job }: { data: Readonly<Record<string, string>>; attempt: number; last: boolean }) => {
      const deliveryId = data.deliveryId as WebhookDeliveryId;
      return sendWebhook(deps, { institutionId: data.institutionId as InstitutionId, deliveryId }, job);
    },
  };
  const queue = await openQueue(deps.db, {
    queues: settings,
    log: deps.log,
    ...((options.works ?? true) ? { handlers } : {}),
  });
  deps.queue = queue;
  const { close } = deps;
  deps.close = async () => {
    await queue.stop();
    options.mail?.close();
    await close();
  };
  return deps;
}

export const aFailure: Failure = {
  code: 'port-refused',
  headline: 'The port was refused: check the port number',
  detail: 'Nothing listens on port 2222.',
  nextStep: 'Ask which port the SFTP server listens on.',
  facts: {},
  mayPass: true,
};

const destination = {
  destinationId: '0197f000-0000-7000-8000-0000000000de' as DestinationId,
  destinationName: 'Campus CRM',
  dataset: 'connections',
} as const;

export const events = {
  created: { ...destination, kind: 'destination.created', actor: 'Pat Rivera', changed: [] },
  changed: { ...destination, kind: 'destination.changed', actor: 'Pat Rivera', changed: ['host'] },
  failed: {
    ...destination,
    kind: 'transfer.failed',
    transferId: '0197f000-0000-7000-8000-0000000000ab' as TransferId,
    failure: aFailure,
    scheduled: true,
    retryAt: null,
  },
  succeeded: {
    ...destination,
    kind: 'transfer.succeeded',
    transferId: '0197f000-0000-7000-8000-0000000000ab' as TransferId,
    rows: 12,
    fileName: 'connections-1.csv',
    sha256: 'ab',
  },
} as const satisfies Record<string, NotifyEvent>;

/** Tells of an event in a transaction of its own. */
export async function tell(deps: TestDeps, institutionId: InstitutionId, event: NotifyEvent): Promise<void> {
  await deps.db.transaction((tx) => deps.notify(tx, institutionId, event));
}

/** Jobs of a queue that are in the database, in whatever state. */
export async function jobsOf(deps: TestDeps, queue: string): Promise<number> {
  const row = await deps.db.queryOne<{ count: number }>('select count(*) as count from pgboss.job where name = $1', [
    queue,
  ]);
  return row?.count ?? 0;
}

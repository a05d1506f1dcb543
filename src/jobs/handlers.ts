// What each queue's jobs do.

import type { QueueJob } from '../db/queue.ts';
import type { Deps } from '../deps.ts';
import type { QueueName } from './queues.ts';

/** `stop` is aborted when this process ends: what runs gives its work back soon. */
export function queueHandlers(_deps: Deps, _stop: AbortSignal): Record<QueueName, (job: QueueJob) => Promise<void>> {
  const none = async () => undefined;
  return { 'run-transfer': none, 'retry-transfer': none, 'send-mail': none, 'send-webhook': none };
}

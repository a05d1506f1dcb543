// The queues of this installation: their names and how patiently each is worked.
// Invariant: a job's data holds ids only: the institution and the row that the job is about; `share` is at most half of
// `concurrency`, so that servers of one institution that hang leave workers to all others.

import type { QueueSettings } from '../db/queue.ts';

const minute = 60;
const hour = 60 * minute;

export const queues = {
  /**
   * `institutionId`, `transferId`. A transfer fences itself with a lock; a job that comes again finds out what is left to do.
   * Two of an institution: one for each dataset.
   */
  'run-transfer': {
    concurrency: 8,
    share: 2,
    retryLimit: 20,
    retryDelay: 2,
    retryDelayMax: 5 * minute,
    expireInSeconds: 23 * hour,
  },
  /** `institutionId`, `transferId` of the failed transfer that is due again. */
  'retry-transfer': {
    concurrency: 4,
    share: 2,
    retryLimit: 20,
    retryDelay: 2,
    retryDelayMax: 5 * minute,
    expireInSeconds: 5 * minute,
  },
  /** `institutionId`, `mailId`. Tries for about a day: the n-th pause is `retryDelay` × 2^n, up to twice that by chance. */
  'send-mail': {
    concurrency: 2,
    share: 1,
    retryLimit: 14,
    retryDelay: 15,
    retryDelayMax: 4 * hour,
    expireInSeconds: 5 * minute,
  },
  /** `institutionId`, `deliveryId`. Tries for about a day, in the same way. */
  'send-webhook': {
    concurrency: 8,
    share: 2,
    retryLimit: 13,
    retryDelay: 15,
    retryDelayMax: 5 * hour,
    expireInSeconds: 5 * minute,
  },
} as const satisfies Record<string, QueueSettings>;

export type QueueName = keyof typeof queues;

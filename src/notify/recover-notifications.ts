// Finds mails and webhook deliveries that wait for nobody, because the last try died with its process or the job is gone.
// Invariant: one ends as failed once its tries are used up or it is old; until then it is queued again, for what is left of its tries.

import type { Tx } from '../db/connection.ts';
import type { Deps } from '../deps.ts';
import { type LostNotification, lockLostNotificationsAllInstitutions } from '../store/lost-notifications.ts';
import { endMail } from '../store/mails.ts';
import { endDelivery } from '../store/webhooks.ts';
import { testCutShort, testEvent } from './test-webhook.ts';

type RecoverDeps = Pick<Deps, 'db' | 'clock' | 'queue' | 'log'>;

/** Older news is not sent any more, in milliseconds: the tries take about a day. */
const tooOld = 48 * 60 * 60_000;

/** How many of a kind one look takes care of: other things that are due must not wait for it. */
const atOnce = 100;

/** How many were queued again or ended. */
export async function recoverNotifications(deps: RecoverDeps): Promise<number> {
  return deps.db.transaction(async (tx) => {
    let recovered = 0;
    for (const kind of ['mail', 'webhook'] as const)
      for (const lost of await lockLostNotificationsAllInstitutions(tx, kind, atOnce)) {
        await recover(deps, tx, lost);
        recovered += 1;
      }
    return recovered;
  });
}

async function recover(deps: RecoverDeps, tx: Tx, lost: LostNotification): Promise<void> {
  const { kind, institutionId, id } = lost;
  const now = deps.clock.now();
  const reason = endOf(lost, now);
  tx.afterCommit(() =>
    deps.log.info({ kind, institutionId, id, again: reason === null }, 'a notification waited without a job'),
  );
  if (reason === null) await queueAgain(deps, tx, lost);
  else if (lost.kind === 'mail') await endMail(tx, institutionId, lost.id, { status: 'failed', lastError: reason });
  else await endDelivery(tx, institutionId, lost.id, { lastError: reason, finishedAt: now });
}

/** Why it is not tried again; null when it is. */
function endOf({ event, givenUp, createdAt }: LostNotification, now: Date): string | null {
  if (event === testEvent) return testCutShort;
  if (givenUp) return 'The last try was cut short, so it is not known whether it arrived. It is not tried again.';
  if (now.getTime() - createdAt.getTime() > tooOld)
    return 'It waited for more than two days, so it is not sent any more.';
  return null;
}

async function queueAgain({ queue }: RecoverDeps, tx: Tx, lost: LostNotification): Promise<void> {
  const { institutionId, attempts: triesMade } = lost;
  if (lost.kind === 'mail') await queue.send(tx, 'send-mail', { institutionId, mailId: lost.id }, { triesMade });
  else await queue.send(tx, 'send-webhook', { institutionId, deliveryId: lost.id }, { triesMade });
}

// Mails and webhook deliveries that wait although no job of the queue stands for them.
// Invariant: row and job are written together, so that one without a job is lost, not late; one process at a time looks for them.

import type { Tx } from '../db/connection.ts';
import type { InstitutionId, MailId, WebhookDeliveryId } from '../domain/ids.ts';

export type LostNotification = {
  institutionId: InstitutionId;
  event: string;
  /** Tries whose outcome is known. */
  attempts: number;
  createdAt: Date;
  /** The queue gave up on it: its last try ended without a word. */
  givenUp: boolean;
} & ({ kind: 'mail'; id: MailId } | { kind: 'webhook'; id: WebhookDeliveryId });

const tables = {
  mail: { table: 'mails', queue: 'send-mail', member: 'mailId' },
  webhook: { table: 'webhook_deliveries', queue: 'send-webhook', member: 'deliveryId' },
} as const;

/**
 * The oldest, locked to the end of the transaction, at most `limit`; none while another process looks for them. It never waits
 * for a lock: a row that somebody holds is found the next time.
 */
export async function lockLostNotificationsAllInstitutions(
  tx: Tx,
  kind: LostNotification['kind'],
  limit: number,
): Promise<LostNotification[]> {
  // A statement before the one that looks, which then sees the jobs that were sent by whoever looked before. Loops over all jobs for
  // each row, to which a planner is led when few rows wait, have taken minutes.
  const mayLook = await tx.queryOne<{ granted: boolean }>(
    `select pg_try_advisory_xact_lock(hashtextextended('lost notifications', 0)) as granted,
       set_config('enable_nestloop', 'off', true)`,
  );
  if (!mayLook?.granted) return [];
  const { table, queue, member } = tables[kind];
  const about = `j.data->>'${member}'`;
  // A job that a dead process took is active until it expires.
  return tx.query<LostNotification>(
    `with lost as materialized (
       select n.institution_id, n.id, n.event, n.attempts, n.created_at from ${table} n
       where n.status = 'queued' and not exists (select from pgboss.job j
         where j.name = '${queue}' and j.state in ('created', 'retry', 'active') and ${about} = n.id::text)
       order by n.created_at, n.id limit $1 for update of n skip locked
     ), given_up as (
       select distinct ${about} as id from pgboss.job j
       where j.name = '${queue}' and j.state in ('failed', 'cancelled')
     )
     select '${kind}' as kind, l.institution_id as "institutionId", l.id, l.event, l.attempts, l.created_at as "createdAt",
       g.id is not null as "givenUp"
     from lost l left join given_up g on g.id = l.id::text order by l.created_at, l.id`,
    [limit],
  );
}

// The table `mails`: the outbox and the archive of mails in one.
// Invariant: only a queued mail changes; what was sent, has failed or is kept stays as it is.

import type { Queryable, Tx } from '../db/connection.ts';
import type { InstitutionId, MailId } from '../domain/ids.ts';

export type MailStatus = 'queued' | 'sent' | 'failed' | 'kept';

export type MailRecord = {
  id: MailId;
  event: string;
  recipient: string;
  subject: string;
  text: string;
  html: string;
  status: MailStatus;
  attempts: number;
  lastError: string | null;
  createdAt: Date;
  sentAt: Date | null;
};

const columns = `id, event, recipient, subject, text_body as text, html_body as html, status, attempts,
  last_error as "lastError", created_at as "createdAt", sent_at as "sentAt"`;

export type NewMail = Pick<
  MailRecord,
  'id' | 'event' | 'recipient' | 'subject' | 'text' | 'html' | 'status' | 'createdAt'
>;

export async function insertMail(tx: Tx, institutionId: InstitutionId, mail: NewMail): Promise<void> {
  await tx.execute(
    `insert into mails (institution_id, id, event, recipient, subject, text_body, html_body, status, created_at)
     values ($1, $2, $3, $4, $5, $6, $7, $8, $9)`,
    [
      institutionId,
      mail.id,
      mail.event,
      mail.recipient,
      mail.subject,
      mail.text,
      mail.html,
      mail.status,
      mail.createdAt,
    ],
  );
}

export async function getMail(db: Queryable, institutionId: InstitutionId, id: MailId): Promise<MailRecord | null> {
  return db.queryOne<MailRecord>(`select ${columns} from mails where institution_id = $1 and id = $2`, [
    institutionId,
    id,
  ]);
}

/** Newest first; `before` is the id of the last one seen. `event` null for all. */
export async function listMails(
  db: Queryable,
  institutionId: InstitutionId,
  options: { event: string | null; before: string | null; limit: number },
): Promise<MailRecord[]> {
  return db.query<MailRecord>(
    `select ${columns} from mails
     where institution_id = $1 and ($2::text is null or event = $2) and ($3::uuid is null or id < $3)
     order by id desc limit $4`,
    [institutionId, options.event, options.before, options.limit],
  );
}

/** What one try came to; `queued` when another one follows. False when the mail is not queued any more. */
export async function recordMailTry(
  db: Queryable,
  institutionId: InstitutionId,
  id: MailId,
  outcome: { status: MailStatus; lastError: string | null; sentAt: Date | null },
): Promise<boolean> {
  const changed = await db.execute(
    `update mails set status = $3, attempts = attempts + 1, last_error = $4, sent_at = $5
     where institution_id = $1 and id = $2 and status = 'queued'`,
    [institutionId, id, outcome.status, outcome.lastError, outcome.sentAt],
  );
  return changed === 1;
}

/** Ends a queued mail without a try. */
export async function endMail(
  db: Queryable,
  institutionId: InstitutionId,
  id: MailId,
  end: { status: 'failed' | 'kept'; lastError: string | null },
): Promise<void> {
  await db.execute(
    `update mails set status = $3, last_error = $4 where institution_id = $1 and id = $2 and status = 'queued'`,
    [institutionId, id, end.status, end.lastError],
  );
}

// Writes a mail to each recipient, and queues it where there is a mail server.
// Invariant: mail and job are in the caller's transaction; nobody who is switched off is written to.

import type { Tx } from '../db/connection.ts';
import type { Deps } from '../deps.ts';
import type { InstitutionId, MailId } from '../domain/ids.ts';
import { insertMail } from '../store/mails.ts';
import { switchedOffAmong } from '../store/users.ts';
import { type MailWords, mailBody } from './mail-body.ts';

export type MailDeps = Pick<Deps, 'newId' | 'queue' | 'mail'>;

/** `event` is what the list of mails can be filtered by. Gives the number of mails. */
export async function writeMails(
  deps: MailDeps,
  tx: Tx,
  institutionId: InstitutionId,
  mail: { event: string; recipients: readonly string[]; at: Date; words: MailWords },
): Promise<number> {
  const off = await switchedOffAmong(tx, institutionId, mail.recipients);
  const recipients = mail.recipients.filter((recipient) => !off.has(recipient.toLowerCase()));
  const body = mailBody(mail.words);
  const status = deps.mail ? 'queued' : 'kept';
  for (const recipient of recipients) {
    const id = deps.newId<MailId>();
    await insertMail(tx, institutionId, { id, event: mail.event, recipient, ...body, status, createdAt: mail.at });
    if (status === 'queued') await deps.queue.send(tx, 'send-mail', { institutionId, mailId: id });
  }
  return recipients.length;
}

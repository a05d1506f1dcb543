// Sends one queued mail.
// Invariant: a mail that the server took is sent again only when this process died before it could say so, and then under the
// same Message-ID; a mail that is kept is never sent.

import { TryAgain } from '../db/queue.ts';
import type { Deps } from '../deps.ts';
import type { InstitutionId, MailId } from '../domain/ids.ts';
import { endMail, getMail, recordMailTry } from '../store/mails.ts';
import { switchedOffAmong } from '../store/users.ts';
import { oneLine } from './mail-body.ts';

/** `attempt` is 0 for the first try. */
export type JobTry = { attempt: number; last: boolean };

type SendMailDeps = Pick<Deps, 'db' | 'clock' | 'mail' | 'installation'>;

/** Throws when the mail server may take it later, so that the queue tries again; not at the last try. */
export async function sendMail(
  deps: SendMailDeps,
  ids: { institutionId: InstitutionId; mailId: MailId },
  job: JobTry,
): Promise<void> {
  const { institutionId, mailId } = ids;
  const mail = await getMail(deps.db, institutionId, mailId);
  if (mail?.status !== 'queued') return;
  if (!deps.mail) {
    const lastError = 'No mail server was set any more when it was to be sent.';
    return endMail(deps.db, institutionId, mailId, { status: 'kept', lastError });
  }
  if ((await switchedOffAmong(deps.db, institutionId, [mail.recipient])).size > 0) {
    const lastError = 'The account of the recipient was switched off before the mail went out.';
    return endMail(deps.db, institutionId, mailId, { status: 'failed', lastError });
  }
  const outcome = await deps.mail.send({
    to: mail.recipient,
    subject: mail.subject,
    text: mail.text,
    html: mail.html,
    messageId: messageIdOf(mailId, deps.installation.publicUrl()),
  });
  if (outcome.sent) {
    const sentAt = deps.clock.now();
    await recordMailTry(deps.db, institutionId, mailId, { status: 'sent', lastError: null, sentAt });
    return;
  }
  const ends = outcome.permanent || job.last;
  const lastError = oneLine(outcome.reason);
  const status = ends ? 'failed' : 'queued';
  const recorded = await recordMailTry(deps.db, institutionId, mailId, { status, lastError, sentAt: null });
  if (recorded && !ends) throw new TryAgain(`a mail is not sent yet: ${lastError}`);
}

/** The same for every try: the id of the mail at the name by which this installation is reached. */
function messageIdOf(id: MailId, publicUrl: string): string {
  const host = new URL(publicUrl).hostname;
  const isName = /[a-z]/i.test(host) && !host.startsWith('[');
  return `<${id}@${isName ? host : 'causeway.invalid'}>`;
}

// Mail by SMTP.
// Invariant: what goes wrong comes back as a short reason without an address, a credential or the server's own text.

import { createTransport, type NodemailerError } from 'nodemailer';
import type { MailOutcome, MailTransport } from '../../domain/ports.ts';
import { senderOf, smtpOptions } from './smtp-options.ts';

/** How long one mail may take in all; a server that answers a byte at a time is given up on. */
const longest = 150_000;

/** `url` as CAUSEWAY_SMTP_URL has it. Connects with the first mail. */
export function openMailTransport(
  url: string,
  { publicUrl, timeLimit = longest }: { publicUrl: () => string; timeLimit?: number },
): MailTransport {
  const options = smtpOptions(url);
  const transport = createTransport(options);
  return {
    async send({ to, subject, text, html, messageId }) {
      const ending = new AbortController();
      const timer = setTimeout(() => ending.abort(), timeLimit);
      try {
        await transport.sendMail({
          from: senderOf(url, publicUrl()),
          // As an object, so that nothing in it is taken for a list of addresses.
          to: { name: '', address: to },
          subject,
          text,
          html,
          messageId,
          headers: { 'Auto-Submitted': 'auto-generated', 'X-Auto-Response-Suppress': 'All' },
          signal: ending.signal,
        });
        return { sent: true };
      } catch (error) {
        return outcomeOf(error as NodemailerError);
      } finally {
        clearTimeout(timer);
      }
    },
    close: () => transport.close(),
  };
}

/**
 * Permanent is what the server says of this recipient or this mail (5xx to RCPT TO or DATA). What it says of us – the login,
 * the sender, the way of the link – an operator can mend, so that it is worth trying for a day.
 */
function outcomeOf(error: NodemailerError): MailOutcome {
  const { code, responseCode, command } = error;
  const said = typeof responseCode === 'number' ? ` (${replyOf(error)})` : '';
  const ofThisMail = command === 'RCPT TO' || command === 'DATA';
  if (ofThisMail && said !== '') {
    const what = command === 'RCPT TO' ? 'the recipient' : 'the mail';
    const permanent = error.permanent === true;
    const how = permanent ? 'refused' : 'did not take';
    return { sent: false, permanent, reason: `The mail server ${how} ${what}${permanent ? '' : ' for now'}${said}.` };
  }
  return { sent: false, permanent: false, reason: `${troubles[code ?? ''] ?? otherTrouble(command)}${said}.` };
}

const troubles: Readonly<Record<string, string>> = {
  EDNS: 'The name of the mail server was not found',
  ETIMEDOUT: 'The mail server did not answer in time',
  EABORT: 'The mail server took too long',
  ECONNECTION: 'The link to the mail server was closed',
  ESOCKET: 'The mail server could not be reached, or its certificate is not trusted',
  ETLS: 'The mail server could not encrypt the link (STARTTLS), and our password is not sent without',
  EAUTH: 'The mail server refused our login',
  ENOAUTH: 'The mail server asks for a login',
  EPROTOCOL: 'The mail server answered something else than SMTP',
};

function otherTrouble(command: string | undefined): string {
  return command === 'MAIL FROM'
    ? 'The mail server did not accept our sender address'
    : 'The mail server did not take it';
}

/** `550 5.1.1`: the reply without its text, which may name addresses. */
function replyOf({ response, responseCode }: NodemailerError): string {
  const enhanced = /^\d{3}[ -](\d\.\d{1,3}\.\d{1,3})\b/.exec(response ?? '')?.[1];
  return enhanced ? `${responseCode} ${enhanced}` : String(responseCode);
}

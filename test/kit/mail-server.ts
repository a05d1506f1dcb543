// A real SMTP server on a port of its own, and the mails that it took.
// Invariant: a mail is in `mails` before the client is told that it was taken.

import PostalMime, { type Email } from 'postal-mime';
import { SMTPServer, type SMTPServerOptions } from 'smtp-server';
import { until } from './until.ts';

export type TakenMail = { email: Email; raw: string; from: string; to: string[]; secure: boolean; user: string | null };

export type MailServer = {
  port: number;
  url: string;
  mails: TakenMail[];
  /** Logins that were tried, as `method user`. */
  logins: string[];
  /** Called with each mail when it is complete; an error becomes the server's answer. */
  onMail: (mail: TakenMail) => Promise<void> | void;
  /** Waits until so many mails were taken. */
  taken(count: number): Promise<TakenMail[]>;
  stop(): Promise<void>;
};

/** An answer of the server other than “taken”, such as 451 or 550. */
export class SmtpAnswer extends Error {
  readonly responseCode: number;
  constructor(responseCode: number, text: string) {
    super(text);
    this.responseCode = responseCode;
  }
}

export async function startMailServer(
  options: SMTPServerOptions & { user?: string; password?: string } = {},
): Promise<MailServer> {
  const { user, password, ...rest } = options;
  const smtp = new SMTPServer({
    authOptional: user === undefined,
    logger: false,
    closeTimeout: 100,
    onAuth: (auth, _session, done) => {
      server.logins.push(`${auth.method} ${auth.username}`);
      if (auth.username === user && auth.password === password) done(null, { user });
      else done(new SmtpAnswer(535, `5.7.8 no entry for ${auth.username}`));
    },
    onData: (stream, session, done) => {
      const chunks: Buffer[] = [];
      stream.on('data', (chunk: Buffer) => void chunks.push(chunk));
      stream.on('end', async () => {
        const raw = Buffer.concat(chunks);
        const { mailFrom, rcptTo } = session.envelope;
        try {
          const mail = {
            email: await PostalMime.parse(raw),
            raw: raw.toString('latin1'),
            from: mailFrom ? mailFrom.address : '',
            to: rcptTo.map((one) => one.address),
            secure: session.secure,
            user: session.user ?? null,
          };
          await server.onMail(mail);
          server.mails.push(mail);
          done();
        } catch (error) {
          done(error as Error);
        }
      });
    },
    ...rest,
  });
  // A client that was killed resets its link.
  smtp.on('error', () => undefined);
  await new Promise<void>((resolve) => void smtp.listen(0, '127.0.0.1', resolve));
  const address = smtp.server.address();
  if (address === null || typeof address === 'string') throw new Error('a mail server without a port');
  const login = user === undefined ? '' : `${encodeURIComponent(user)}:${encodeURIComponent(password ?? '')}@`;
  const server: MailServer = {
    port: address.port,
    url: `${rest.secure ? 'smtps' : 'smtp'}://${login}127.0.0.1:${address.port}`,
    mails: [],
    logins: [],
    onMail: () => undefined,
    taken: async (count) => {
      await until(() => server.mails.length >= count, { what: `${count} mails` });
      return server.mails;
    },
    stop: () => new Promise<void>((resolve) => void smtp.close(() => resolve())),
  };
  return server;
}

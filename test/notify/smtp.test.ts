// Mail by real SMTP: what a server gets, and what each of its refusals means.

import assert from 'node:assert/strict';
import { once } from 'node:events';
import { type AddressInfo, createServer, type Socket } from 'node:net';
import { type TestContext, test } from 'node:test';
import { createTransport } from 'nodemailer';
import { openMailTransport } from '../../src/adapters/smtp/mail-transport.ts';
import { smtpOptions } from '../../src/adapters/smtp/smtp-options.ts';
import type { MailOutcome } from '../../src/domain/ports.ts';
import { type MailServer, SmtpAnswer, startMailServer } from '../kit/mail-server.ts';

const mail = {
  to: 'pat@lakeside.example',
  subject: 'Destination changed: “Campus CRM” – Größe',
  text: 'Who: Pat\n.\nA line with a single dot above – and dashes.\n',
  html: '<p>Who: <b>Pat</b></p>',
  messageId: '<0197f000-0000-7000-8000-000000000001@causeway.example.edu>',
};

async function server(t: TestContext, options: Parameters<typeof startMailServer>[0] = {}): Promise<MailServer> {
  const started = await startMailServer(options);
  t.after(() => started.stop());
  return started;
}

function transport(t: TestContext, url: string, timeLimit?: number) {
  const opened = openMailTransport(url, {
    publicUrl: () => 'https://causeway.example.edu',
    ...(timeLimit === undefined ? {} : { timeLimit }),
  });
  t.after(() => opened.close());
  return opened;
}

test('a mail arrives as it was written, in text and HTML, and says that no person wrote it', async (t) => {
  const smtp = await server(t);
  assert.deepEqual(await transport(t, smtp.url).send(mail), { sent: true });
  const [taken] = smtp.mails;
  assert.ok(taken);
  assert.deepEqual([taken.from, taken.to], ['causeway@causeway.example.edu', [mail.to]]);
  assert.equal(taken.email.subject, mail.subject);
  assert.equal(taken.email.text?.replaceAll('\r\n', '\n').trim(), mail.text.trim());
  assert.equal(taken.email.html?.trim(), mail.html);
  assert.equal(taken.email.messageId, mail.messageId);
  assert.ok(taken.email.date);
  const header = (name: string) => taken.email.headers.find((one) => one.key === name)?.value;
  assert.equal(header('auto-submitted'), 'auto-generated');
});

test('with a password the link is encrypted by STARTTLS before the login', async (t) => {
  const smtp = await server(t, { user: 'causeway@example.edu', password: 'p@ss:w%rd', allowInsecureAuth: false });
  assert.deepEqual(await transport(t, smtp.url).send(mail), { sent: true });
  assert.deepEqual(
    smtp.mails.map((one) => [one.secure, one.user]),
    [[true, 'causeway@example.edu']],
  );
});

test('TLS from the start works', async (t) => {
  const smtp = await server(t, { secure: true, user: 'u', password: 'p' });
  assert.deepEqual(await transport(t, smtp.url).send(mail), { sent: true });
  assert.equal(smtp.mails[0]?.secure, true);
});

test('a password is not sent to another machine that offers no encryption', async (t) => {
  const smtp = await server(t, {
    user: 'u',
    password: 'secret-word',
    disabledCommands: ['STARTTLS'],
    allowInsecureAuth: true,
  });
  // The name decides; only the address is turned to this machine.
  const options = { ...smtpOptions(`smtp://u:secret-word@mail.example.edu:${smtp.port}`), host: '127.0.0.1' };
  const elsewhere = createTransport(options);
  t.after(() => elsewhere.close());
  await assert.rejects(elsewhere.sendMail({ from: 'a@example.edu', to: mail.to, text: 'x' }), { code: 'ETLS' });
  assert.deepEqual([smtp.logins, smtp.mails], [[], []]);
});

test('a password is not sent to another machine whose certificate is not trusted', async (t) => {
  const smtp = await server(t, { user: 'u', password: 'secret-word' });
  const options = { ...smtpOptions(`smtp://u:secret-word@mail.example.edu:${smtp.port}`), host: '127.0.0.1' };
  const elsewhere = createTransport(options);
  t.after(() => elsewhere.close());
  await assert.rejects(elsewhere.sendMail({ from: 'a@example.edu', to: mail.to, text: 'x' }));
  assert.deepEqual([smtp.logins, smtp.mails], [[], []]);
});

test('a wrong password can be mended, so that the mail is tried again; the reason holds no credential', async (t) => {
  const smtp = await server(t, { user: 'u', password: 'right' });
  const outcome = await transport(t, smtp.url.replace('right', 'wrong-word')).send(mail);
  assert.deepEqual(outcome, {
    sent: false,
    permanent: false,
    reason: 'The mail server refused our login (535 5.7.8).',
  });
});

test('a refusal for now is not one for ever', async (t) => {
  const smtp = await server(t);
  const post = transport(t, smtp.url);
  smtp.onMail = () => {
    throw new SmtpAnswer(451, '4.7.1 greylisted, pat@lakeside.example');
  };
  const reason = 'The mail server did not take the mail for now (451 4.7.1).';
  assert.deepEqual(await post.send(mail), { sent: false, permanent: false, reason });
  smtp.onMail = () => undefined;
  assert.deepEqual(await post.send(mail), { sent: true });
});

const refusals: [name: string, options: Parameters<typeof startMailServer>[0], wanted: MailOutcome][] = [
  [
    'a recipient that does not exist',
    { onRcptTo: (to, _session, done) => done(new SmtpAnswer(550, `5.1.1 <${to.address}> unknown`)) },
    { sent: false, permanent: true, reason: 'The mail server refused the recipient (550 5.1.1).' },
  ],
  [
    'a mailbox that is full today',
    { onRcptTo: (to, _session, done) => done(new SmtpAnswer(452, `4.2.2 <${to.address}> over quota`)) },
    { sent: false, permanent: false, reason: 'The mail server did not take the recipient for now (452 4.2.2).' },
  ],
  [
    'a mail that is taken for spam',
    { onData: (stream, _session, done) => void stream.resume().on('end', () => done(new SmtpAnswer(554, 'no, spam'))) },
    { sent: false, permanent: true, reason: 'The mail server refused the mail (554).' },
  ],
  [
    'our sender address, which the operator can mend',
    { onMailFrom: (_from, _session, done) => done(new SmtpAnswer(553, '5.7.1 not yours')) },
    {
      sent: false,
      permanent: false,
      reason: 'The mail server did not accept our sender address (553 5.7.1).',
    },
  ],
];
for (const [name, options, wanted] of refusals)
  test(`the server refuses ${name}`, async (t) => {
    const smtp = await server(t, options);
    assert.deepEqual(await transport(t, smtp.url).send(mail), wanted);
  });

async function rawServer(t: TestContext, answer: (socket: Socket) => void): Promise<string> {
  const raw = createServer((socket) => {
    socket.on('error', () => undefined);
    t.after(() => socket.destroy());
    answer(socket);
  });
  raw.listen(0, '127.0.0.1');
  await once(raw, 'listening');
  t.after(() => raw.close());
  return `smtp://u:secret-word@127.0.0.1:${(raw.address() as AddressInfo).port}`;
}

const strange: [name: string, answer: (socket: Socket) => void, reason: RegExp][] = [
  ['says nothing', () => undefined, /took too long/],
  ['hangs up at once', (socket) => socket.destroy(), /closed|reached/],
  ['speaks HTTP', (socket) => socket.end('HTTP/1.1 400 Bad Request\r\n\r\n'), /something else than SMTP|closed/],
  [
    'answers a byte at a time',
    (socket) => {
      const timer = setInterval(() => socket.write('2'), 20);
      socket.on('close', () => clearInterval(timer));
    },
    /took too long/,
  ],
];
for (const [name, answer, reason] of strange)
  test(`a server that ${name} does not hold a mail up for ever`, async (t) => {
    const url = await rawServer(t, answer);
    const outcome = await transport(t, url, 500).send(mail);
    assert.ok(!outcome.sent && !outcome.permanent);
    assert.match(outcome.reason, reason);
    assert.doesNotMatch(outcome.reason, /secret-word|pat@/);
  });

test('a server that is not there is told of as such', async (t) => {
  const smtp = await startMailServer();
  await smtp.stop();
  const outcome = await transport(t, smtp.url).send(mail);
  assert.ok(!outcome.sent && !outcome.permanent);
  assert.match(outcome.reason, /could not be reached/);
});

test('an address that would be a list or a header of its own reaches nobody else', async (t) => {
  const smtp = await server(t);
  const post = transport(t, smtp.url);
  for (const to of ['a@x.example, b@y.example', 'a@x.example\r\nBcc: b@y.example', 'Name <a@x.example>'])
    await post.send({ ...mail, to });
  assert.ok(smtp.mails.every((one) => one.to.length === 1));
  assert.ok(!smtp.mails.flatMap((one) => one.to).includes('b@y.example'));
  assert.doesNotMatch(smtp.mails.map((one) => one.raw).join(''), /^Bcc/im);
});

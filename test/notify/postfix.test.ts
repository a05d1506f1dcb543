// Mail to a mail server that nobody here wrote: Debian's Postfix.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import PostalMime from 'postal-mime';
import { openMailTransport } from '../../src/adapters/smtp/mail-transport.ts';
import { postfixMailbox, postfixMissing, startPostfix } from '../kit/postfix.ts';
import { until } from '../kit/until.ts';

test('Postfix takes our mail over TLS, delivers it unchanged, and refuses whom it does not know for good', {
  skip: postfixMissing(),
}, async () => {
  await using postfix = await startPostfix();
  const url = `smtp://127.0.0.1:${postfix.port}?from=Data%20Office%20%3Cdata%40causeway.example%3E`;
  const transport = openMailTransport(url, { publicUrl: () => 'https://causeway.example.edu' });
  const mail = {
    to: postfixMailbox,
    subject: `Destination changed: “Größe” ${'long '.repeat(30)}`.trim(),
    text: `Who: Zoë\n.\n.. dots\n${'x'.repeat(3000)}`,
    html: '<p>Who: Zoë</p>',
    messageId: '<0197f000-0000-7000-8000-000000000001@causeway.example.edu>',
  };
  try {
    assert.deepEqual(await transport.send(mail), { sent: true });
    assert.deepEqual(await transport.send({ ...mail, to: 'nobody@lakeside.example' }), {
      sent: false,
      permanent: true,
      reason: 'The mail server refused the recipient (550 5.1.1).',
    });
    assert.deepEqual(await transport.send({ ...mail, to: 'pat@elsewhere.example' }), {
      sent: false,
      permanent: true,
      reason: 'The mail server refused the recipient (554 5.7.1).',
    });
  } finally {
    transport.close();
  }
  const [whole] = await until(() => (postfix.delivered().length > 0 ? postfix.delivered() : null), {
    what: 'a mail in the mailbox',
  });
  const got = await PostalMime.parse(whole ?? '');
  assert.equal(got.subject, mail.subject);
  assert.equal(got.text?.trim(), mail.text);
  assert.equal(got.html?.trim(), mail.html);
  assert.equal(got.messageId, mail.messageId);
  assert.deepEqual(got.from, { name: 'Data Office', address: 'data@causeway.example' });
  assert.match(whole ?? '', /with ESMTPS/);
  assert.equal(postfix.delivered().length, 1);
});

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { senderOf, smtpOptions } from './smtp-options.ts';

type Wanted = [url: string, host: string, port: number, secure: boolean, requireTLS: boolean, checked: boolean];
const cases: Wanted[] = [
  ['smtp://mail.example.edu', 'mail.example.edu', 25, false, false, false],
  ['smtp://mail.example.edu:2525', 'mail.example.edu', 2525, false, false, false],
  ['smtp://user:secret@mail.example.edu', 'mail.example.edu', 587, false, true, true],
  ['smtps://user:secret@mail.example.edu', 'mail.example.edu', 465, true, false, true],
  ['smtps://mail.example.edu', 'mail.example.edu', 465, true, false, true],
  ['smtp://user:secret@192.0.2.25:587', '192.0.2.25', 587, false, true, true],
  ['smtp://user:secret@127.0.0.1:587', '127.0.0.1', 587, false, false, false],
  ['smtp://user:secret@[::1]:587', '::1', 587, false, false, false],
  ['smtp://user:secret@localhost:587', 'localhost', 587, false, false, false],
  ['smtp://user:secret@localhost.example.edu', 'localhost.example.edu', 587, false, true, true],
];
for (const [url, host, port, secure, requireTLS, checked] of cases)
  test(`${url.replace('user:secret@', 'with a password ')} is used with the encryption that it needs`, () => {
    const options = smtpOptions(url);
    assert.deepEqual(
      [options.host, options.port, options.secure, options.requireTLS, options.tls?.rejectUnauthorized],
      [host, port, secure, requireTLS, checked],
    );
  });

test('a password with signs of its own is given as it is', () =>
  assert.deepEqual(smtpOptions('smtp://a%40b:p%40ss%3Aw%25@h').auth, { user: 'a@b', pass: 'p@ss:w%' }));

const senders: [url: string, publicUrl: string, name: string, address: string][] = [
  ['smtp://h', 'https://causeway.example.edu/base', 'Causeway', 'causeway@causeway.example.edu'],
  ['smtp://h', 'http://127.0.0.1:8080', 'Causeway', 'causeway@localhost'],
  ['smtp://h?from=sftp@example.edu', 'https://x.example', 'Causeway', 'sftp@example.edu'],
  ['smtp://h?from=Data%20Office%20%3Cdata%40example.edu%3E', 'https://x.example', 'Data Office', 'data@example.edu'],
];
for (const [url, publicUrl, name, address] of senders)
  test(`mail by ${url} of ${publicUrl} comes from ${address}`, () =>
    assert.deepEqual(senderOf(url, publicUrl), { name, address }));

// Host, folder and user name as people type them.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { checkedHost, checkedPath, checkedUsername } from './destination-address.ts';
import { AppError } from './errors.ts';

function outcome(check: (text: string) => string, text: string): string {
  try {
    return check(text);
  } catch (error) {
    if (!(error instanceof AppError)) throw error;
    return `${error.code}: ${error.detail}`;
  }
}

const hosts: [typed: string, outcome: string | RegExp][] = [
  ['sftp.example.edu', 'sftp.example.edu'],
  ['  SFTP.Example.EDU. ', 'sftp.example.edu'],
  ['localhost', 'localhost'],
  ['files_01.example.edu', 'files_01.example.edu'],
  ['bücher.example', 'xn--bcher-kva.example'],
  ['203.0.113.7', '203.0.113.7'],
  ['2001:DB8::1', '2001:db8::1'],
  ['[2001:db8::1]', '2001:db8::1'],
  ['sftp://sftp.example.edu', 'bad-host: Write sftp.example.edu as the host.'],
  ['sftp.example.edu:2222', 'bad-host: Write sftp.example.edu as the host and 2222 as the port.'],
  ['jo@sftp.example.edu', 'bad-host: Write sftp.example.edu as the host and jo as the user name.'],
  ['sftp.example.edu/in', 'bad-host: Write sftp.example.edu as the host and /in as the folder.'],
  [
    'sftp://jo@sftp.example.edu:2222/in/box',
    'bad-host: Write sftp.example.edu as the host, 2222 as the port, jo as the user name and /in/box as the folder.',
  ],
  ['sftp://[2001:db8::1]:22', 'bad-host: Write 2001:db8::1 as the host and 22 as the port.'],
  ['https://portal.example.edu/', 'bad-host: Write portal.example.edu as the host.'],
  ['fe80::1%eth0', /^bad-host: Write the name/],
  ['', /^bad-host: Write the name/],
  ['two words', /^bad-host: Write the name/],
  ['-x.example.edu', /^bad-host: Write the name/],
  ['a..b', /^bad-host: Write the name/],
  ['127.1', /^bad-host: Write the name/],
  ['2130706433', /^bad-host: Write the name/],
  ['0x7f000001', /^bad-host: Write the name/],
  ['１２７.0.0.1', /^bad-host: Write the name/],
  [`${'a'.repeat(64)}.example.edu`, /^bad-host: Write the name/],
  [`${'a.'.repeat(126)}example.edu`, /^bad-host: Write the name/],
];

for (const [typed, expected] of hosts)
  test(`the host “${typed.slice(0, 60)}” becomes ${String(expected).slice(0, 60)}`, () => {
    const seen = outcome(checkedHost, typed);
    if (typeof expected === 'string') assert.equal(seen, expected);
    else assert.match(seen, expected);
  });

test('a password inside a pasted address is not repeated', () => {
  for (const typed of ['sftp://jo:s3cr3t!@sftp.example.edu/in', 'jo:s3cr3t!@sftp.example.edu', 'a@s3cr3t!@h.example'])
    assert.throws(
      () => checkedHost(typed),
      (error: AppError) =>
        error.code === 'bad-host' &&
        !JSON.stringify([error.message, error.title, error.detail, error.fields]).includes('s3cr3t'),
    );
});

const paths: [typed: string, outcome: string | RegExp][] = [
  ['/', '/'],
  [' /incoming/slate ', '/incoming/slate'],
  ['incoming', 'incoming'],
  ['../shared', '../shared'],
  ['/Année 2026/été', '/Année 2026/été'],
  ['C:\\drop', 'C:\\drop'],
  ['   ', /^bad-path/],
  ['/in\nbox', /^bad-path/],
  ['/in\u0000box', /^bad-path/],
  ['/in\u202Ebox', /^bad-path/],
  ['sftp://sftp.example.edu/in', /^bad-path: Write the folder alone/],
  ['~', /^bad-path: Write “\.”/],
  ['~/in', /^bad-path: Leave “~\/” out/],
  ['~backup', '~backup'],
];

for (const [typed, expected] of paths)
  test(`the folder ${JSON.stringify(typed)} becomes ${String(expected)}`, () => {
    const seen = outcome(checkedPath, typed);
    if (typeof expected === 'string') assert.equal(seen, expected);
    else assert.match(seen, expected);
  });

test('a user name is one line of text', () => {
  assert.equal(checkedUsername(' causeway '), 'causeway');
  assert.equal(checkedUsername('DOMAIN\\jo doe'), 'DOMAIN\\jo doe');
  for (const typed of ['', ' ', 'a\nb', 'a\u0007'])
    assert.throws(() => checkedUsername(typed), { code: 'bad-username' });
});

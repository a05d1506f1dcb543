// Settings: defaults, alternatives, and the sentence for each value that cannot be used.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { ConfigError, readConfig, usualSftpProcesses } from './config.ts';

const key = 'k'.repeat(32);

test('without settings everything is local: loopback, ./data, embedded database, files on disk', () => {
  const { config, secrets } = readConfig({}, '/srv/causeway');
  assert.deepEqual(config.database, { kind: 'embedded', dir: '/srv/causeway/data' });
  assert.deepEqual(config.files, { kind: 'disk', dir: '/srv/causeway/data/files' });
  assert.deepEqual(config.http, { host: '127.0.0.1', port: 8080 });
  assert.deepEqual(config.sftp, { host: '127.0.0.1', port: 2022 });
  assert.deepEqual([...config.roles], ['sftp', 'http', 'worker']);
  assert.equal(config.settleSeconds, null);
  assert.deepEqual(secrets, { masterKey: null, bootstrapToken: null, smtpUrl: null });
});

test('SFTP and web may listen on addresses of their own', () => {
  const { config } = readConfig(
    { CAUSEWAY_HOST: '0.0.0.0', CAUSEWAY_HTTP_HOST: '127.0.0.1', CAUSEWAY_SFTP_PORT: '0' },
    '/',
  );
  assert.deepEqual(config.http, { host: '127.0.0.1', port: 8080 });
  assert.deepEqual(config.sftp, { host: '0.0.0.0', port: 0 });
});

test('the shown SFTP address may be IPv6', () => {
  const { config } = readConfig({ CAUSEWAY_PUBLIC_SFTP: '[2001:db8::1]:22' }, '/');
  assert.deepEqual(config.publicSftp, { host: '2001:db8::1', port: 22 });
});

const refused: [string, Record<string, string>, RegExp][] = [
  ['a port that is no number', { CAUSEWAY_HTTP_PORT: 'web' }, /CAUSEWAY_HTTP_PORT.*0 to 65535/],
  ['a port that is too large', { CAUSEWAY_SFTP_PORT: '70000' }, /CAUSEWAY_SFTP_PORT/],
  ['an unknown role', { CAUSEWAY_ROLES: 'sftp,web' }, /CAUSEWAY_ROLES.*“web”/],
  [
    'a database address of another kind',
    { CAUSEWAY_DATABASE_URL: 'mysql://x', CAUSEWAY_MASTER_KEY: key },
    /CAUSEWAY_DATABASE_URL/,
  ],
  ['an outside database without a master key', { CAUSEWAY_DATABASE_URL: 'postgres://h/d' }, /CAUSEWAY_MASTER_KEY/],
  ['a short master key', { CAUSEWAY_MASTER_KEY: 'short' }, /CAUSEWAY_MASTER_KEY.*32/],
  ['a short bootstrap token', { CAUSEWAY_BOOTSTRAP_TOKEN: 'short' }, /CAUSEWAY_BOOTSTRAP_TOKEN.*32/],
  ['an unknown file store', { CAUSEWAY_FILES: 'ftp://x' }, /CAUSEWAY_FILES/],
  ['a negative settle time', { CAUSEWAY_SETTLE_SECONDS: '-1' }, /CAUSEWAY_SETTLE_SECONDS/],
  ['a public address without a scheme', { CAUSEWAY_PUBLIC_URL: 'example.edu' }, /CAUSEWAY_PUBLIC_URL/],
  ['a shown SFTP address without a port', { CAUSEWAY_PUBLIC_SFTP: 'example.edu' }, /CAUSEWAY_PUBLIC_SFTP/],
  ['no SFTP process', { CAUSEWAY_SFTP_PROCESSES: '0' }, /CAUSEWAY_SFTP_PROCESSES.*1 to 64/],
  ['too many SFTP processes', { CAUSEWAY_SFTP_PROCESSES: '65' }, /CAUSEWAY_SFTP_PROCESSES.*1 to 64/],
  ['a mail server of another kind', { CAUSEWAY_SMTP_URL: 'https://mail.example.edu' }, /CAUSEWAY_SMTP_URL.*smtps:/],
  ['a mail password with a bare %', { CAUSEWAY_SMTP_URL: 'smtp://u:p%zz@mail.example.edu' }, /CAUSEWAY_SMTP_URL.*%25/],
  ['a sender that is no address', { CAUSEWAY_SMTP_URL: 'smtp://h?from=Data%20Office' }, /CAUSEWAY_SMTP_URL.*from=/],
];
for (const [what, env, sentence] of refused) {
  test(`${what} ends the start with a sentence that names the setting`, () => {
    assert.throws(
      () => readConfig(env, '/'),
      (error) => error instanceof ConfigError && sentence.test(error.message),
    );
  });
}

test('no secret stands in what is printed of a refused setting', () => {
  const secret = 's3cret-but-short';
  assert.throws(
    () => readConfig({ CAUSEWAY_MASTER_KEY: secret }, '/'),
    (error) => error instanceof Error && !error.message.includes(secret),
  );
});

test('half of the cores serve SFTP, four at most, and one where there are two or fewer', () => {
  const usual = [1, 2, 3, 4, 6, 8, 16, 128].map(usualSftpProcesses);
  assert.deepEqual(usual, process.platform === 'win32' ? usual.map(() => 1) : [1, 1, 1, 2, 3, 4, 4, 4]);
});

test('what is handed down to processes names no setting of ours and holds no password', () => {
  const { config } = readConfig(
    {
      ...{ CAUSEWAY_MASTER_KEY: 'm'.repeat(32), CAUSEWAY_DATABASE_URL: 'postgres://u@db/c', PGPASSWORD: 'p%/@' },
      ...{ TZ: 'UTC', NODE_EXTRA_CA_CERTS: '/ca.pem', PATH: '/bin', AWS_SECRET_ACCESS_KEY: 'x' },
    },
    '/',
  );
  assert.deepEqual(config.childEnvironment, { NODE_EXTRA_CA_CERTS: '/ca.pem', TZ: 'UTC' });
  assert.deepEqual(config.database, { kind: 'postgres', url: 'postgres://u:p%25%2F%40@db/c' });
});

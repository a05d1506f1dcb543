// Debian's Postfix from a folder of its own: takes mail for one mailbox on a port of 127.0.0.1 and delivers it to a Maildir.
// Invariant: nothing of the system's own Postfix is read, written or started.

import { spawnSync } from 'node:child_process';
import { chownSync, existsSync, globSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { hasPeer } from '../../scripts/debian-peers.ts';
import { temporaryFolder } from '../../scripts/temporary-folder.ts';

export const postfixMailbox = 'pat@lakeside.example';

export type Postfix = AsyncDisposable & {
  port: number;
  /** The mails in the mailbox, whole, in no order. */
  delivered(): string[];
};

/** Text for `skip` when it cannot run here. */
export function postfixMissing(): string | false {
  if (!hasPeer('Postfix')) return 'Postfix (Debian: postfix) is missing';
  return process.getuid?.() === 0 ? false : 'Postfix changes its user, and only root may';
}

const nobody = 65534;

export async function startPostfix(): Promise<Postfix> {
  const folder = await temporaryFolder('causeway-postfix-');
  const [etc = '', data = '', mail = ''] = ['etc', 'data', 'mail', 'queue'].map((name) => {
    mkdirSync(join(folder, name), { mode: 0o755 });
    return join(folder, name);
  });
  chownSync(data, Number(spawnSync('id', ['-u', 'postfix'], { encoding: 'utf8' }).stdout), 0);
  chownSync(mail, nobody, nobody);
  const port = await freePort();
  writeFileSync(join(etc, 'mailboxes'), `${postfixMailbox} pat/\n`);
  writeFileSync(join(etc, 'main.cf'), mainSettings(folder, makeCertificate(folder)));
  writeFileSync(join(etc, 'master.cf'), services(port));
  control(etc, 'start');
  return {
    port,
    delivered: () => globSync('pat/new/*', { cwd: mail }).map((name) => readFileSync(join(mail, name), 'utf8')),
    [Symbol.asyncDispose]: async () => {
      control(etc, 'stop');
      await rm(folder, { recursive: true, force: true });
    },
  };
}

function control(etc: string, command: 'start' | 'stop'): void {
  const { status, stderr } = spawnSync('/usr/sbin/postfix', ['-c', etc, command], { encoding: 'utf8' });
  if (status !== 0) throw new Error(`postfix ${command} ended with ${status}: ${stderr}`);
}

/** A port that was free a moment ago. */
async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve) => void server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  await new Promise<void>((resolve) => void server.close(() => resolve()));
  if (address === null || typeof address === 'string') throw new Error('no free port');
  return address.port;
}

/** A certificate that nobody signed, as mail servers within a campus have. */
function makeCertificate(folder: string): string[] {
  const [key, certificate] = [join(folder, 'key.pem'), join(folder, 'certificate.pem')];
  const wanted = ['-x509', '-newkey', 'rsa:2048', '-nodes', '-days', '3', '-subj', '/CN=mail.lakeside.example'];
  spawnSync('openssl', ['req', ...wanted, '-keyout', key, '-out', certificate]);
  if (!existsSync(certificate)) throw new Error('openssl made no certificate');
  return ['smtpd_tls_security_level = may', `smtpd_tls_cert_file = ${certificate}`, `smtpd_tls_key_file = ${key}`];
}

function mainSettings(folder: string, tls: readonly string[]): string {
  return [
    'compatibility_level = 3.6',
    `queue_directory = ${folder}/queue`,
    `data_directory = ${folder}/data`,
    `maillog_file_prefixes = ${folder}`,
    `maillog_file = ${folder}/log`,
    'inet_interfaces = 127.0.0.1',
    'inet_protocols = ipv4',
    'mynetworks = 127.0.0.0/8',
    'myhostname = mail.lakeside.example',
    'mydestination =',
    'alias_maps =',
    'notify_classes =',
    'virtual_mailbox_domains = lakeside.example',
    `virtual_mailbox_base = ${folder}/mail`,
    `virtual_mailbox_maps = texthash:${folder}/etc/mailboxes`,
    `virtual_uid_maps = static:${nobody}`,
    `virtual_gid_maps = static:${nobody}`,
    'virtual_minimum_uid = 1',
    'smtpd_relay_restrictions = reject_unauth_destination',
    ...tls,
    '',
  ].join('\n');
}

function services(port: number): string {
  return [
    `127.0.0.1:${port} inet n - n - - smtpd`,
    'cleanup unix n - n - 0 cleanup',
    'qmgr unix n - n 300 1 qmgr',
    'tlsmgr unix - - n 1000? 1 tlsmgr',
    'rewrite unix - - n - - trivial-rewrite',
    ...['bounce', 'defer', 'trace'].map((name) => `${name} unix - - n - 0 bounce`),
    'proxymap unix - - n - - proxymap',
    ...['error', 'retry'].map((name) => `${name} unix - - n - - error`),
    'virtual unix - n n - - virtual',
    'anvil unix - - n - 1 anvil',
    'postlog unix-dgram n - n - 1 postlogd',
    '',
  ].join('\n');
}

// A private mount namespace in which sshd finds a throw-away user with a password, a chroot, and small disks.
// Invariant: the machine outside sees none of it: no user, no mount, no file of /etc is touched.

import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { hasPeer } from '../../../scripts/debian-peers.ts';
import { partnerUid, partnerUser } from './partner.ts';

/** The chroot inside; all folders above it belong to root, as sshd wants it. */
export const chroot = '/run/chroot';

export type Namespace = {
  /** The words before a command that runs it inside. */
  readonly enter: readonly string[];
  /** The chroot as the outside sees it. */
  readonly root: string;
  end(): Promise<void>;
};

/** Text for `skip` where sshd cannot be run with a user of its own. */
export function sshdMissing(): string | false {
  if (!hasPeer('OpenSSH server')) return 'OpenSSH server is not on this machine';
  if (process.platform !== 'linux' || process.getuid?.() !== 0) return 'sshd with a chroot needs root on Linux';
  privateMounts ??= spawnSync('/usr/bin/unshare', ['-m', 'mount', '-t', 'tmpfs', 'tmpfs', '/mnt']).status === 0;
  return privateMounts ? false : 'mount namespaces are not allowed on this machine';
}

let privateMounts: boolean | undefined;

/**
 * `folder` is for its files; the chroot's content is `folder/chroot`, which the caller fills. `disks` are folders below the
 * chroot (they must exist) that get a file system of so many bytes, writable by the user.
 */
export async function openNamespace(
  folder: string,
  password: string,
  disks: Readonly<Record<string, number>>,
): Promise<Namespace> {
  const files = join(folder, 'etc');
  await mkdir(files);
  await writeFile(join(files, 'passwd'), `${await others('/etc/passwd')}${userLine}\n`);
  await writeFile(join(files, 'shadow'), `${await others('/etc/shadow')}${partnerUser}:${crypt(password)}:1::::::\n`);
  const owner = `uid=${partnerUid},gid=${partnerUid},mode=755`;
  const script = [
    'set -e',
    `mount --bind ${join(files, 'passwd')} /etc/passwd`,
    `mount --bind ${join(files, 'shadow')} /etc/shadow`,
    'mount -t tmpfs -o mode=755 tmpfs /run',
    `mkdir /run/sshd ${chroot}`,
    `mount --bind ${join(folder, 'chroot')} ${chroot}`,
    ...Object.entries(disks).map(([path, size]) => `mount -t tmpfs -o size=${size},${owner} tmpfs ${chroot}/${path}`),
    'echo ready',
    // Ends with the tests' process, which holds the other end.
    'exec cat',
  ];
  const child = spawn('/usr/bin/unshare', ['-m', 'sh', '-c', script.join('\n')], { stdio: ['pipe', 'pipe', 'pipe'] });
  let complaint = '';
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    complaint += text;
  });
  const exited = once(child, 'exit');
  const ready = await Promise.race([once(child.stdout, 'data').then(() => true), exited.then(() => false)]);
  if (!ready) throw new Error(`no mount namespace: ${complaint}`);
  return {
    enter: ['nsenter', '-t', String(child.pid), '-m', '--'],
    root: `/proc/${child.pid}/root${chroot}`,
    end: async () => {
      child.stdin.end();
      await exited;
    },
  };
}

const userLine = `${partnerUser}:x:${partnerUid}:${partnerUid}::/:/bin/sh`;

async function others(file: string): Promise<string> {
  if (!existsSync(file)) return '';
  const text = await readFile(file, 'utf8');
  return text === '' || text.endsWith('\n') ? text : `${text}\n`;
}

/** A password as crypt(3) keeps it (SHA-512); Perl is there on every Debian. */
export function crypt(password: string): string {
  const program =
    'chomp(my $p = <STDIN>); my $s = join "", map { (0..9,"a".."z")[rand 36] } 1..16; print crypt($p, "\\$6\\$$s\\$");';
  const result = spawnSync('/usr/bin/perl', ['-e', program], { input: `${password}\n`, encoding: 'utf8' });
  if (result.status !== 0 || !result.stdout.startsWith('$6$')) throw new Error(`no crypt: ${result.stderr}`);
  return result.stdout;
}

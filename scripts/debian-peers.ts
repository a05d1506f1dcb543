// The programs that tests talk to, as Debian packages: says what is missing and installs it where that may be done.
// Invariant: nothing is installed without saying so first, and never when not root on Debian.

import { spawnSync } from 'node:child_process';
import { accessSync, constants, existsSync } from 'node:fs';

/**
 * A program that tests use, the package that has it, and the path that shows that it is there. Where `unless` exists it is not
 * installed.
 */
export type Peer = { name: string; packageName: string; path: string; unless?: string };

export const peers: readonly Peer[] = [
  { name: 'OpenSSH client', packageName: 'openssh-client', path: '/usr/bin/sftp' },
  { name: 'OpenSSH server', packageName: 'openssh-server', path: '/usr/sbin/sshd' },
  { name: 'PuTTY tools', packageName: 'putty-tools', path: '/usr/bin/psftp' },
  { name: 'paramiko', packageName: 'python3-paramiko', path: '/usr/lib/python3/dist-packages/paramiko/__init__.py' },
  { name: 'JSch', packageName: 'libjsch-java', path: '/usr/share/java/jsch.jar' },
  { name: 'Java', packageName: 'default-jdk-headless', path: '/usr/bin/javac' },
  { name: 'lftp', packageName: 'lftp', path: '/usr/bin/lftp' },
  { name: 'curl', packageName: 'curl', path: '/usr/bin/curl' },
  { name: 'rclone', packageName: 'rclone', path: '/usr/bin/rclone' },
  { name: 'proftpd', packageName: 'proftpd-core', path: '/usr/sbin/proftpd' },
  { name: 'proftpd mod_sftp', packageName: 'proftpd-mod-crypto', path: '/usr/lib/proftpd/mod_sftp.so' },
  { name: 'Chromium', packageName: 'chromium', path: '/usr/bin/chromium' },
  // Debian has one mail server at a time: another one is not replaced for the sake of a test.
  { name: 'Postfix', packageName: 'postfix', path: '/usr/sbin/postfix', unless: '/usr/sbin/sendmail' },
  { name: 'GnuPG', packageName: 'gnupg', path: '/usr/bin/gpg' },
  { name: 'jq', packageName: 'jq', path: '/usr/bin/jq' },
  { name: 'C++ compiler', packageName: 'g++', path: '/usr/bin/g++' },
  { name: 'OpenSSL', packageName: 'openssl', path: '/usr/bin/openssl' },
  { name: 'PostgreSQL 15', packageName: 'postgresql-15', path: '/usr/lib/postgresql/15/bin/postgres' },
];

/** Is the peer on this machine? Tests skip by name when it is not. */
export function hasPeer(name: string): boolean {
  const peer = peers.find((candidate) => candidate.name === name);
  if (!peer) throw new Error(`no peer is called ${name}`);
  return existsSync(peer.path);
}

/** Installs what is missing when running as root on Debian; elsewhere says what is missing. */
export function installPeers(): void {
  const missing = peers.filter((peer) => !existsSync(peer.path));
  if (missing.length === 0) return;
  const packages = missing
    .filter((peer) => peer.unless === undefined || !existsSync(peer.unless))
    .map((peer) => peer.packageName);
  const mayInstall = process.getuid?.() === 0 && existsSync('/etc/debian_version') && isExecutable('/usr/bin/apt-get');
  if (packages.length === 0 || !mayInstall) {
    console.log(
      `Not on this machine: ${missing.map((peer) => peer.name).join(', ')}. Tests that need them are skipped, by name.`,
    );
    if (packages.length > 0) console.log(`On Debian: apt-get install ${packages.join(' ')}`);
    return;
  }
  console.log(`Installing Debian packages that the tests talk to: ${packages.join(' ')}`);
  const env = { ...process.env, DEBIAN_FRONTEND: 'noninteractive', RUNLEVEL: '1' };
  const apt = (...args: string[]) => spawnSync('apt-get', args, { stdio: ['ignore', 'ignore', 'inherit'], env });
  apt('update', '-q');
  const result = apt('install', '-q', '-y', '--no-install-recommends', ...packages);
  if (result.status !== 0)
    console.log('Some packages could not be installed; the tests that need them are skipped, by name.');
}

function isExecutable(path: string): boolean {
  try {
    accessSync(path, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}

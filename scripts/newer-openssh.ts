// An OpenSSH that has mlkem768x25519-sha256 (9.9 and later), for tests: the machine's own, or Debian's backport, unpacked beside it.
// Invariant: the machine's own packages stay as they are, and only what apt has checked against Debian's keys is unpacked.

import { spawnSync } from 'node:child_process';
import { existsSync, globSync, mkdirSync, mkdtempSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';

const place = '/usr/local/lib/causeway-peers/openssh';
const keyring = '/usr/share/keyrings/debian-archive-keyring.gpg';

/** The folder that has it as `usr/bin/ssh` and `usr/sbin/sshd`: `/` or one of ours; undefined when there is none. */
export function newerOpenSsh(): string | undefined {
  return ['/', place].find((folder) => {
    const names = spawnSync(join(folder, 'usr/bin/ssh'), ['-Q', 'kex'], { encoding: 'utf8' });
    return names.status === 0 && names.stdout.includes('mlkem768x25519-sha256');
  });
}

/** Text for `skip`. */
export function newerOpenSshMissing(): string | false {
  return newerOpenSsh() === undefined ? 'OpenSSH 9.9 or later is not on this machine' : false;
}

/** Fetches it when running as root on the Debian whose backports have it; a failure is said and skips the tests that need it. */
export function fetchNewerOpenSsh(): void {
  const isBookworm = /^VERSION_CODENAME=bookworm$/m.test(
    existsSync('/etc/os-release') ? readFileSync('/etc/os-release', 'utf8') : '',
  );
  if (newerOpenSsh() !== undefined || !isBookworm || process.getuid?.() !== 0 || !existsSync(keyring)) return;
  console.log(`Unpacking OpenSSH of bookworm-backports in ${place}, for tests; the installed one stays as it is.`);
  const folder = mkdtempSync(join(tmpdir(), 'causeway-openssh-'));
  try {
    unpack(folder);
  } catch (error) {
    console.log(
      `It cannot be had (${error instanceof Error ? error.message : error}); the tests that need it are skipped, by name.`,
    );
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

function unpack(folder: string): void {
  const sources = join(folder, 'sources.list');
  writeFileSync(sources, `deb [signed-by=${keyring}] http://deb.debian.org/debian bookworm-backports main\n`);
  const options = [
    ...[`Dir::Etc::SourceList=${sources}`, 'Dir::Etc::SourceParts=/dev/null', 'APT::Sandbox::User=root'],
    ...[`Dir::State::Lists=${join(folder, 'lists')}`, `Dir::Cache=${join(folder, 'cache')}`],
  ].flatMap((option) => ['-o', option]);
  for (const sub of ['lists/partial', 'cache/archives/partial']) mkdirSync(join(folder, sub), { recursive: true });
  const packages = ['openssh-client', 'openssh-server', 'openssh-sftp-server'];
  must(folder, 'apt-get', ...options, 'update', '-q');
  must(folder, 'apt-get', ...options, 'download', '-q', ...packages.map((name) => `${name}/bookworm-backports`));
  const fresh = join(folder, 'root');
  for (const file of globSync('*.deb', { cwd: folder })) must(folder, 'dpkg-deb', '-x', file, fresh);
  mkdirSync(dirname(place), { recursive: true });
  rmSync(place, { recursive: true, force: true });
  const beside = `${place}-${process.pid}`;
  must(folder, 'cp', '-r', fresh, beside);
  renameSync(beside, place);
}

function must(cwd: string, command: string, ...args: string[]): void {
  const result = spawnSync(command, args, { cwd, encoding: 'utf8', stdio: ['ignore', 'ignore', 'pipe'] });
  if (result.status !== 0)
    throw new Error(`${command}: ${result.stderr?.trim().split('\n').at(-1) ?? result.error?.message}`);
}

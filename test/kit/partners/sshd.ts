// Debian's sshd as an institution's server: internal-sftp in a chroot, by password and by key, and the ways it can be unkind.
// Invariant: it runs in a mount namespace of its own; the machine's users, keys and folders are neither used nor changed.

import { randomBytes } from 'node:crypto';
import { chmod, chown, mkdir, readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { temporaryFolder } from '../../../scripts/temporary-folder.ts';
import { makeSshKey, type SshKeyPair, type SshKeyType } from '../ssh-keys.ts';
import {
  hostKeySeen,
  keyPairs,
  localPath,
  onFreePort,
  type Partner,
  type Program,
  partnerUid,
  partnerUser,
  removeFolder,
  startProgram,
} from './partner.ts';
import { chroot, type Namespace, openNamespace } from './sshd-namespace.ts';

export type SshdOptions = {
  /** Types, for which keys are made, or keys; Ed25519 and ECDSA unless given. */
  hostKeys?: readonly (SshKeyType | SshKeyPair)[];
  /**
   * Folders of the root: `write` belongs to the user, `read` can be read only, `none` not even entered, and a number is a
   * file system of so many bytes. `upload` is there and writable unless given otherwise.
   */
  folders?: Readonly<Record<string, 'write' | 'read' | 'none' | number>>;
  /** SFTP requests that it refuses (`internal-sftp -P`), such as `posix-rename`, `rename`, `remove`, `stat`, `fstat`, `lstat`. */
  refuse?: readonly string[];
  /** Ways to log in; both unless given. `both` wants the key and then the password. */
  login?: 'password' | 'key' | 'both';
  /** Without: the subsystem `sftp` is not there. */
  sftp?: boolean;
  /** Another sshd than the machine's: the folder that has it as `usr/sbin/sshd`. */
  root?: string;
  /** More lines of sshd_config, before ours, so they count: `MaxAuthTries 1`, `KexAlgorithms …`. */
  config?: readonly string[];
};

export type SshdPartner = Partner & {
  /** Starts it again on the same port with other host keys; open sessions end. Keys of before may be among them. */
  rotateHostKeys(keys: readonly (SshKeyType | SshKeyPair)[]): Promise<void>;
  /** The pairs behind `hostKeys`. */
  readonly hostKeyPairs: readonly SshKeyPair[];
  /** Kills the processes of all open sessions, as a failing machine would; returns how many sessions there were. */
  killSessions(): Promise<number>;
};

export async function startSshd(options: SshdOptions = {}): Promise<SshdPartner> {
  await using undo = new AsyncDisposableStack();
  const folder = await temporaryFolder('causeway-sshd-');
  undo.defer(() => removeFolder(folder));
  const password = randomBytes(12).toString('base64url');
  const key = await makeSshKey('ssh-ed25519');
  const authorizedKeys = join(folder, 'authorized_keys');
  await writeFile(authorizedKeys, `${key.publicKey}\n`);
  const disks = await makeChroot(folder, { upload: 'write', ...options.folders });
  const space = await openNamespace(folder, password, disks);
  undo.defer(() => space.end());

  let pairs = await keyPairs(options.hostKeys ?? ['ssh-ed25519', 'ecdsa-sha2-nistp256']);
  const begin = async (port: number): Promise<Program> => {
    const config = await writeConfig(folder, port, pairs, options);
    return startSshdProgram(space, options.root ?? '/', config);
  };
  const { port, started } = await onFreePort(begin);
  let program = started;
  const kept = undo.move();

  const stop = async () => {
    await killChildren(program.pid);
    await program.end();
    await kept.disposeAsync();
  };
  return {
    name: 'sshd',
    host: '127.0.0.1',
    port,
    username: partnerUser,
    password,
    key,
    folder: '/upload',
    get hostKeys() {
      return pairs.map(hostKeySeen);
    },
    get hostKeyPairs() {
      return pairs;
    },
    local: (path) => localPath(space.root, path),
    authorize: (publicKey) => writeFile(authorizedKeys, `${publicKey}\n`, { flag: 'a' }),
    forgetKeys: () => writeFile(authorizedKeys, ''),
    log: () => program.log(),
    async rotateHostKeys(keys) {
      await killChildren(program.pid);
      await program.end();
      pairs = await keyPairs(keys);
      program = await begin(port);
    },
    killSessions: () => killChildren(program.pid),
    stop,
    [Symbol.asyncDispose]: stop,
  };
}

/** The tree that the user sees; returns the folders that become file systems of their own, with their sizes. */
async function makeChroot(
  folder: string,
  folders: NonNullable<SshdOptions['folders']>,
): Promise<Record<string, number>> {
  const root = join(folder, 'chroot');
  await mkdir(root, { mode: 0o755 });
  for (const [name, kind] of Object.entries(folders)) {
    const path = join(root, name);
    await mkdir(path);
    await chmod(path, kind === 'none' ? 0o700 : 0o755);
    if (kind === 'write') await chown(path, partnerUid, partnerUid);
  }
  return Object.fromEntries(
    Object.entries(folders).filter((entry): entry is [string, number] => typeof entry[1] === 'number'),
  );
}

async function writeConfig(
  folder: string,
  port: number,
  hostKeys: readonly SshKeyPair[],
  { refuse = [], login, sftp = true, config = [], root = '/' }: SshdOptions,
): Promise<string> {
  const keyFiles = await Promise.all(
    hostKeys.map(async ({ privateKey }, at) => {
      const file = join(folder, `host_key_${at}`);
      await writeFile(file, privateKey, { mode: 0o600 });
      return file;
    }),
  );
  const yes = (wanted: boolean) => (wanted ? 'yes' : 'no');
  const internal = ['internal-sftp', ...(refuse.length > 0 ? ['-P', refuse.join(',')] : [])].join(' ');
  const programs = root === '/' ? [] : ['Session', 'Auth'];
  const lines = [
    ...config,
    ...programs.map((name) => `Sshd${name}Path ${join(root, 'usr/lib/openssh', `sshd-${name.toLowerCase()}`)}`),
    `Port ${port}`,
    'ListenAddress 127.0.0.1',
    ...keyFiles.map((file) => `HostKey ${file}`),
    `AuthorizedKeysFile ${join(folder, 'authorized_keys')}`,
    `PasswordAuthentication ${yes(login !== 'key')}`,
    `PubkeyAuthentication ${yes(login !== 'password')}`,
    ...(login === 'both' ? ['AuthenticationMethods publickey,password'] : []),
    'KbdInteractiveAuthentication no',
    'UsePAM no',
    'StrictModes no',
    'UseDNS no',
    'PidFile none',
    'MaxStartups 200',
    `ChrootDirectory ${chroot}`,
    ...(sftp ? [`Subsystem sftp ${internal}`] : []),
  ];
  const file = join(folder, 'sshd_config');
  await writeFile(file, `${lines.join('\n')}\n`);
  return file;
}

function startSshdProgram(space: Namespace, root: string, config: string): Promise<Program> {
  return startProgram([...space.enter, join(root, 'usr/sbin/sshd'), '-D', '-e', '-f', config], /Server listening on /);
}

/** Ends the processes below a process, each by its id; returns how many of them were its own children. */
async function killChildren(pid: number): Promise<number> {
  const parents = new Map<number, number>();
  for (const entry of await readdir('/proc')) {
    if (!/^\d+$/.test(entry)) continue;
    const stat = await readFile(`/proc/${entry}/stat`, 'utf8').catch(() => '');
    const parent = Number(stat.slice(stat.lastIndexOf(')') + 2).split(' ')[1]);
    if (stat !== '') parents.set(Number(entry), parent);
  }
  const below = (of: number): number[] => {
    const children = [...parents].filter(([, parent]) => parent === of).map(([child]) => child);
    return children.flatMap((child) => [child, ...below(child)]);
  };
  for (const child of below(pid)) {
    try {
      process.kill(child, 'SIGKILL');
    } catch {
      // Gone by itself in the meantime.
    }
  }
  return [...parents.values()].filter((parent) => parent === pid).length;
}

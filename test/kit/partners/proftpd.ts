// proftpd with mod_sftp as an institution's server, by password and by key.
// Invariant: its users are those of a file of its own; nothing of the machine's set-up is read.

import { randomBytes } from 'node:crypto';
import { chmod, chown, mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { hasPeer } from '../../../scripts/debian-peers.ts';
import { temporaryFolder } from '../../../scripts/temporary-folder.ts';
import { makeSshKey, type SshKeyPair, type SshKeyType } from '../ssh-keys.ts';
import {
  accepting,
  hostKeySeen,
  keyPairs,
  localPath,
  onFreePort,
  type Partner,
  partnerUid,
  partnerUser,
  removeFolder,
  startProgram,
} from './partner.ts';
import { crypt } from './sshd-namespace.ts';

export type ProftpdOptions = {
  hostKeys?: readonly (SshKeyType | SshKeyPair)[];
  /** SFTP requests and commands that it refuses to this login in the folder, as of `<Limit …>`: `DELE`, `RNFR`, `STOR`, `MKD`. */
  refuse?: readonly string[];
  /** More lines of its configuration. */
  config?: readonly string[];
};

/** Text for `skip` where proftpd cannot be run. */
export function proftpdMissing(): string | false {
  const missing = ['proftpd', 'proftpd mod_sftp'].filter((name) => !hasPeer(name));
  if (missing.length > 0) return `${missing.join(', ')} is not on this machine`;
  return process.getuid?.() === 0 ? false : 'proftpd with a user of its own needs root';
}

export async function startProftpd({ hostKeys, refuse = [], config = [] }: ProftpdOptions = {}): Promise<Partner> {
  await using undo = new AsyncDisposableStack();
  const folder = await temporaryFolder('causeway-proftpd-');
  undo.defer(() => removeFolder(folder));
  const root = join(folder, 'root');
  await mkdir(join(root, 'upload'), { recursive: true });
  await chmod(root, 0o755);
  await chown(join(root, 'upload'), partnerUid, partnerUid);
  const password = randomBytes(12).toString('base64url');
  const key = await makeSshKey('ssh-ed25519');
  const pairs = await keyPairs(hostKeys ?? ['ssh-ed25519', 'ecdsa-sha2-nistp256']);
  const keys = join(folder, 'authorized_keys');
  const authorize = (publicKey: string, flag = 'a') => writeFile(keys, rfc4716(publicKey), { flag });
  await authorize(key.publicKey, 'w');
  const users = join(folder, 'users');
  const line = `${partnerUser}:${crypt(password)}:${partnerUid}:${partnerUid}::${root}:/bin/sh`;
  await writeFile(users, `${line}\n`, { mode: 0o600 });
  const keyFiles = await Promise.all(
    pairs.map(async ({ privateKey }, at) => {
      const file = join(folder, `host_key_${at}`);
      await writeFile(file, privateKey, { mode: 0o600 });
      return file;
    }),
  );
  const { port, started: program } = await onFreePort(async (free) => {
    const lines = [
      `ModulePath ${modules}`,
      'LoadModule mod_sftp.c',
      'ServerType standalone',
      'ServerName partner',
      'DefaultAddress 127.0.0.1',
      `Port ${free}`,
      'User nobody',
      'Group nogroup',
      'UseReverseDNS off',
      'UseIPv6 off',
      'WtmpLog off',
      'RequireValidShell off',
      'AuthOrder mod_auth_file.c',
      `AuthUserFile ${users}`,
      `PidFile ${join(folder, 'pid')}`,
      `ScoreboardFile ${join(folder, 'scoreboard')}`,
      `TransferLog none`,
      'SFTPEngine on',
      ...keyFiles.map((file) => `SFTPHostKey ${file}`),
      `SFTPAuthorizedUserKeys file:${keys}`,
      'SFTPAuthMethods publickey password',
      `DefaultRoot ${root}`,
      'AllowOverwrite on',
      'Umask 022',
      ...(refuse.length > 0
        ? ['<Directory />', `<Limit ${refuse.join(' ')}>`, 'DenyAll', '</Limit>', '</Directory>']
        : []),
      ...config,
    ];
    const file = join(folder, 'proftpd.conf');
    await writeFile(file, `${lines.join('\n')}\n`);
    const running = await startProgram(['/usr/sbin/proftpd', '--nodaemon', '-c', file], /standalone mode STARTUP/);
    await accepting(free);
    return running;
  });
  const kept = undo.move();
  const stop = async () => {
    await program.end();
    await kept.disposeAsync();
  };
  return {
    name: 'proftpd',
    host: '127.0.0.1',
    port,
    username: partnerUser,
    password,
    key,
    hostKeys: pairs.map(hostKeySeen),
    folder: '/upload',
    local: (path) => localPath(root, path),
    authorize,
    forgetKeys: () => writeFile(keys, ''),
    log: () => program.log(),
    stop,
    [Symbol.asyncDispose]: stop,
  };
}

const modules = '/usr/lib/proftpd';

/** mod_sftp reads public keys in this format only. */
function rfc4716(publicKey: string): string {
  const lines = (publicKey.split(' ')[1] ?? '').match(/.{1,70}/g) ?? [];
  return ['---- BEGIN SSH2 PUBLIC KEY ----', ...lines, '---- END SSH2 PUBLIC KEY ----', ''].join('\n');
}

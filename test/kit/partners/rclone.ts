// `rclone serve sftp` (Go's pkg/sftp) as an institution's server, by password and by key.
// Invariant: it reads no configuration of the machine and needs no rights.

import { randomBytes } from 'node:crypto';
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { hasPeer } from '../../../scripts/debian-peers.ts';
import { temporaryFolder } from '../../../scripts/temporary-folder.ts';
import { makeSshKey, type SshKeyPair, type SshKeyType } from '../ssh-keys.ts';
import {
  hostKeySeen,
  keyPairs,
  localPath,
  onFreePort,
  type Partner,
  partnerUser,
  removeFolder,
  startProgram,
} from './partner.ts';

export type RcloneOptions = {
  hostKeys?: readonly (SshKeyType | SshKeyPair)[];
  /** More options of `rclone serve sftp`, such as `--read-only`. */
  args?: readonly string[];
};

/** Text for `skip` where rclone cannot be run. */
export function rcloneMissing(): string | false {
  return hasPeer('rclone') ? false : 'rclone is not on this machine';
}

export async function startRcloneServe({ hostKeys, args = [] }: RcloneOptions = {}): Promise<Partner> {
  await using undo = new AsyncDisposableStack();
  const folder = await temporaryFolder('causeway-rclone-');
  undo.defer(() => removeFolder(folder));
  const root = join(folder, 'root');
  await mkdir(join(root, 'upload'), { recursive: true });
  const password = randomBytes(12).toString('base64url');
  const key = await makeSshKey('ssh-ed25519');
  const pairs = await keyPairs(hostKeys ?? ['ssh-ed25519', 'ecdsa-sha2-nistp256']);
  const keys = join(folder, 'authorized_keys');
  await writeFile(keys, `${key.publicKey}\n`);
  const keyArgs = await Promise.all(
    pairs.map(async ({ privateKey }, at) => {
      const file = join(folder, `host_key_${at}`);
      await writeFile(file, privateKey, { mode: 0o600 });
      return ['--key', file];
    }),
  );
  const begin = (on: number) =>
    startProgram(
      [
        'rclone',
        'serve',
        'sftp',
        root,
        '--addr',
        `127.0.0.1:${on}`,
        '-v',
        // A test may change files beside it.
        '--dir-cache-time=0s',
        ...keyArgs.flat(),
        '--authorized-keys',
        keys,
        ...args,
      ],
      /SFTP server listening on/i,
      {
        RCLONE_USER: partnerUser,
        RCLONE_PASS: password,
        RCLONE_CONFIG: join(folder, 'rclone.conf'),
        RCLONE_CACHE_DIR: join(folder, 'cache'),
        HOME: folder,
      },
    );
  const { port, started } = await onFreePort(begin);
  let program = started;
  // It reads the keys at its start only.
  const write = async (text: string, flag: string) => {
    await writeFile(keys, text, { flag });
    await program.end();
    program = await begin(port);
  };
  const kept = undo.move();
  const stop = async () => {
    await program.end();
    await kept.disposeAsync();
  };
  return {
    name: 'rclone',
    host: '127.0.0.1',
    port,
    username: partnerUser,
    password,
    key,
    hostKeys: pairs.map(hostKeySeen),
    folder: '/upload',
    local: (path) => localPath(root, path),
    authorize: (publicKey) => write(`${publicKey}\n`, 'a'),
    forgetKeys: () => write('', 'w'),
    log: () => program.log(),
    stop,
    [Symbol.asyncDispose]: stop,
  };
}

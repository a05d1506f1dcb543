// Many clients that upload at once: this server against Debian's sshd, each client a process of OpenSSH's sftp, in turns.
// Invariant: one upload that fails, on either side, fails the measurement.

import { mkdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { startSampleInstallation } from '../scripts/sample-installation.ts';
import { temporaryFolder } from '../scripts/temporary-folder.ts';
import { compared, type Measurement } from './measurement.ts';
import { openSshPut, startSshd, type UploadTarget, writeNoise } from './sftp-upload.ts';

/** `size` in bytes, of each file. */
export type CrowdOptions = { clients?: number; size?: number; rounds?: number };

/** Seconds until the last of the clients has ended: the best of the rounds on each side. */
export async function measureCrowd(options: CrowdOptions = {}): Promise<Measurement> {
  const { clients = 200, size = 5 * 2 ** 20, rounds = 5 } = options;
  const folder = await temporaryFolder('causeway-bench-');
  await using stack = new AsyncDisposableStack();
  stack.defer(() => rm(folder, { recursive: true, force: true }));
  const file = join(folder, 'crowd.bin');
  await writeNoise(file, size);
  // By itself sshd refuses links beyond ten that wait for their login.
  const sshd = stack.use(await startSshd(folder, [`MaxStartups ${clients + 10}`]));
  const { server, login, feed } = await startSampleInstallation(join(folder, 'data'), {}, 'ignore');
  stack.defer(async () => void (await server.stop()));
  const hostKeys = feed.hostKeys.map((key) => key.publicKey);
  const ours = { ...server.ready.sftp, username: login.username, keyFile: login.keyFile, hostKeys };
  const times: { ours: number[]; peer: number[] } = { ours: [], peer: [] };
  for (let round = 0; round < rounds; round += 1) {
    times.ours.push(await crowd(folder, file, ours, clients, (number) => `crowd-${number}.bin`));
    const received = (number: number) => join(folder, `received-${number}.bin`);
    times.peer.push(await crowd(folder, file, sshd.target, clients, received));
  }
  return compared({
    ...{ name: 'sftp-crowd', ours: Math.min(...times.ours), peer: Math.min(...times.peer) },
    ...{ peerName: 'sshd', unit: 's', facts: { clients, megabytes: size / 2 ** 20 } },
  });
}

async function crowd(
  folder: string,
  file: string,
  target: UploadTarget,
  clients: number,
  remoteOf: (number: number) => string,
): Promise<number> {
  const numbers = Array.from({ length: clients }, (_, number) => number);
  const folderOf = (number: number) => join(folder, `client-${number}`);
  for (const number of numbers) await mkdir(folderOf(number), { recursive: true });
  const began = performance.now();
  await Promise.all(numbers.map((number) => openSshPut(folderOf(number), file, target, null, remoteOf(number))));
  return (performance.now() - began) / 1000;
}

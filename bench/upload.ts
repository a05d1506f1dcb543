// Uploading one file by OpenSSH's `sftp` to a server process of the product, against Debian's sshd in the same run.
// Invariant: our server fsyncs and commits before it acknowledges; the peer does neither.

import { rm } from 'node:fs/promises';
import { startSampleInstallation } from '../scripts/sample-installation.ts';
import { temporaryFolder } from '../scripts/temporary-folder.ts';
import { compared, type Measurement } from './measurement.ts';
import { benchSftpUpload } from './sftp-upload.ts';

/** `cipher` null is OpenSSH's own choice. `size` in bytes. */
export type UploadMeasureOptions = { name: string; size: number; rounds: number; cipher: string | null };

/** Seconds: the best of the rounds on each side. Throws when sshd or sftp is not installed. */
export async function measureUpload({ name, size, rounds, cipher }: UploadMeasureOptions): Promise<Measurement[]> {
  const folder = await temporaryFolder('causeway-bench-');
  const { server, login, feed } = await startSampleInstallation(folder, {}, 'ignore');
  try {
    const hostKeys = feed.hostKeys.map((key) => key.publicKey);
    const target = { ...server.ready.sftp, username: login.username, keyFile: login.keyFile, hostKeys };
    const { ours, peer } = await benchSftpUpload(target, { size, rounds, cipher });
    return [compared({ name, ours, peer, peerName: 'sshd', unit: 's', facts: { megabytes: size / 2 ** 20 } })];
  } finally {
    await server.stop();
    await rm(folder, { recursive: true, force: true });
  }
}

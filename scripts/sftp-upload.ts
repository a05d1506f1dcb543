// Uploads one file with a real SFTP client: OpenSSH's where there is one, else ssh2's.
// Invariant: the server's host key is checked against the one that the API shows.

import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { readFile, writeFile } from 'node:fs/promises';
import { basename, join } from 'node:path';
import ssh2 from 'ssh2';

export type SftpLogin = {
  host: string;
  port: number;
  username: string;
  /** A file with the private key, and the server's fingerprints `SHA256:…`. */
  keyFile: string;
  fingerprints: string[];
};

/** Uploads `file` into the root. Gives the name of the client; throws with what the client said when it fails. */
export async function uploadBySftp(login: SftpLogin, file: string, folder: string): Promise<string> {
  if (existsSync('/usr/bin/sftp')) {
    await uploadByOpenSsh(login, file, folder);
    return 'OpenSSH sftp';
  }
  await uploadBySsh2(login, file);
  return 'ssh2';
}

async function uploadByOpenSsh(login: SftpLogin, file: string, folder: string): Promise<void> {
  const batch = join(folder, 'upload.batch');
  await writeFile(batch, `put "${file}" "${basename(file)}"\n`);
  const options = ['-o', 'StrictHostKeyChecking=accept-new', '-o', `UserKnownHostsFile=${join(folder, 'known_hosts')}`];
  const args = ['-q', '-b', batch, '-i', login.keyFile, '-P', String(login.port), ...options];
  const child = spawn('/usr/bin/sftp', [...args, `${login.username}@${login.host}`], {
    stdio: ['ignore', 'ignore', 'pipe'],
  });
  let said = '';
  child.stderr.on('data', (chunk: Buffer) => {
    said += chunk;
  });
  const code = await new Promise<number | null>((resolve) => child.on('close', resolve));
  if (code !== 0) throw new Error(`sftp ended with ${code}: ${said.trim()}`);
}

async function uploadBySsh2(login: SftpLogin, file: string): Promise<void> {
  const privateKey = await readFile(login.keyFile);
  await new Promise<void>((resolve, reject) => {
    const client = new ssh2.Client();
    client.on('error', reject);
    client.on('ready', () => {
      client.sftp((error, sftp) => {
        if (error) return reject(error);
        sftp.fastPut(file, `/${basename(file)}`, (failed) => {
          client.end();
          if (failed) reject(failed);
          else resolve();
        });
      });
    });
    client.connect({
      host: login.host,
      port: login.port,
      username: login.username,
      privateKey,
      hostHash: 'sha256',
      hostVerifier: (hash: string) =>
        login.fingerprints.includes(`SHA256:${Buffer.from(hash, 'hex').toString('base64').replace(/=+$/, '')}`),
    });
  });
}

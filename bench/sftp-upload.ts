// Uploading one file by OpenSSH's sftp: this server against Debian's sshd, in turns, in the same run.
// Invariant: both take the same file from the same client with the same options.

import { type ChildProcess, execFile, spawn } from 'node:child_process';
import { createWriteStream, existsSync } from 'node:fs';
import { chmod, mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { connect, createServer } from 'node:net';
import { tmpdir, userInfo } from 'node:os';
import { join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { promisify } from 'node:util';

export type UploadBenchmark = {
  name: 'sftp-upload';
  ours: number;
  peer: number;
  peerName: 'sshd';
  unit: 's';
  ratio: number;
};

/** A running server and a login to it by key; the file is uploaded as `bench.bin` and overwritten. */
export type UploadTarget = {
  host: string;
  port: number;
  username: string;
  keyFile: string;
  /** Lines of `known_hosts` without the host: `type base64`. */
  hostKeys: readonly string[];
};

/** `cipher` null is OpenSSH's own choice. Sizes in bytes. */
export type UploadOptions = { size?: number; rounds?: number; cipher?: string | null };

const sshd = '/usr/sbin/sshd';
const run = promisify(execFile);

/** Seconds per upload: the best of the rounds on each side. Throws when sshd or sftp is not installed. */
export async function benchSftpUpload(target: UploadTarget, options: UploadOptions = {}): Promise<UploadBenchmark> {
  const { size = 512 * 1024 * 1024, rounds = 3, cipher = null } = options;
  if (!existsSync(sshd)) throw new Error('sshd is not installed (Debian: openssh-server).');
  const folder = await mkdtemp(join(tmpdir(), 'causeway-bench-'));
  try {
    const file = join(folder, 'bench.bin');
    await writeNoise(file, size);
    await using peer = await startSshd(folder);
    const ours: number[] = [];
    const theirs: number[] = [];
    for (let round = 0; round < rounds; round += 1) {
      ours.push(await openSshPut(folder, file, target, cipher, 'bench.bin'));
      theirs.push(await openSshPut(folder, file, peer.target, cipher, join(folder, 'received.bin')));
    }
    const [best, peerBest] = [Math.min(...ours), Math.min(...theirs)];
    return { name: 'sftp-upload', ours: best, peer: peerBest, peerName: 'sshd', unit: 's', ratio: best / peerBest };
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

/** Seconds for one `put` by OpenSSH's sftp. */
export async function openSshPut(
  folder: string,
  file: string,
  target: UploadTarget,
  cipher: string | null,
  remote: string,
): Promise<number> {
  const { host, port, username, keyFile, hostKeys } = target;
  const knownHosts = join(folder, `known_hosts-${port}`);
  await writeFile(knownHosts, hostKeys.map((key) => `[${host}]:${port} ${key}\n`).join(''));
  const batch = join(folder, 'batch');
  await writeFile(batch, `put ${file} ${remote}\n`);
  const args = [
    ...['-F', 'none', '-q', '-b', batch, '-i', keyFile, '-P', String(port)],
    ...['-o', 'IdentitiesOnly=yes', '-o', 'IdentityAgent=none', '-o', `UserKnownHostsFile=${knownHosts}`],
    ...['-o', 'StrictHostKeyChecking=yes', '-o', 'GlobalKnownHostsFile=none'],
    ...(cipher === null ? [] : ['-c', cipher]),
    `${username}@${host}`,
  ];
  const started = performance.now();
  await run('sftp', args);
  return (performance.now() - started) / 1000;
}

/** Debian's sshd with its own sftp-server, on a free port of the loopback, for the user who runs this; `settings` are further lines. */
export async function startSshd(
  folder: string,
  settings: readonly string[] = [],
): Promise<{ target: UploadTarget } & AsyncDisposable> {
  const [hostKey, userKey, port] = [join(folder, 'host_key'), join(folder, 'user_key'), await freePort()];
  for (const key of [hostKey, userKey]) await run('ssh-keygen', ['-q', '-t', 'ed25519', '-N', '', '-f', key]);
  const authorized = join(folder, 'authorized_keys');
  await writeFile(authorized, await readFile(`${userKey}.pub`));
  await chmod(authorized, 0o600);
  const config = join(folder, 'sshd_config');
  const lines = [
    `Port ${port}`,
    'ListenAddress 127.0.0.1',
    `HostKey ${hostKey}`,
    `AuthorizedKeysFile ${authorized}`,
    `PidFile ${join(folder, 'sshd.pid')}`,
    'PermitRootLogin yes',
    'StrictModes no',
    'UsePAM no',
    'Subsystem sftp /usr/lib/openssh/sftp-server',
    ...settings,
  ];
  await writeFile(config, `${lines.join('\n')}\n`);
  // Its privilege separation wants this folder, which Debian's service would make.
  if (process.getuid?.() === 0) await mkdir('/run/sshd', { recursive: true });
  const child = spawn(sshd, ['-D', '-e', '-f', config], { stdio: 'ignore' });
  await listening(port, child);
  const publicKey = (await readFile(`${hostKey}.pub`, 'utf8')).split(' ').slice(0, 2).join(' ');
  return {
    target: { host: '127.0.0.1', port, username: userInfo().username, keyFile: userKey, hostKeys: [publicKey] },
    async [Symbol.asyncDispose]() {
      const ended = new Promise((resolve) => child.once('exit', resolve));
      child.kill();
      await ended;
    },
  };
}

function freePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const server = createServer();
    server.once('error', reject);
    server.listen(0, '127.0.0.1', () => {
      const address = server.address();
      server.close(() => resolve(typeof address === 'object' && address !== null ? address.port : 0));
    });
  });
}

/** Resolves when something answers on the port; throws when the program has ended or nothing does for ten seconds. */
async function listening(port: number, child: ChildProcess): Promise<void> {
  const deadline = performance.now() + 10_000;
  for (;;) {
    const answered = await new Promise<boolean>((resolve) => {
      const socket = connect(port, '127.0.0.1');
      socket.once('data', () => resolve(socket.destroy() !== undefined));
      socket.once('error', () => resolve(false));
    });
    if (answered) return;
    if (child.exitCode !== null || performance.now() > deadline) throw new Error('sshd did not start.');
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
}

/** Bytes that do not compress. */
export async function writeNoise(file: string, size: number): Promise<void> {
  const block = Buffer.from(crypto.getRandomValues(new Uint8Array(65_536)));
  async function* blocks(): AsyncGenerator<Buffer> {
    for (let left = size; left > 0; left -= block.length) yield block.subarray(0, Math.min(left, block.length));
  }
  await pipeline(blocks(), createWriteStream(file));
}

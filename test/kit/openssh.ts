// Runs OpenSSH's own clients against a server of a test, with a key or a password, in a folder of their own.
// Invariant: nothing of the user's own SSH set-up is read, and the server's host key is checked.

import { spawn, spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { chmodSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { TestContext } from 'node:test';
import { makeSshKey, type SshKeyPair, type SshKeyType } from './ssh-keys.ts';

export type Outcome = { code: number | null; stdout: string; stderr: string };

export type OpenSsh = {
  folder: string;
  /** Runs `sftp` with these lines as its batch. */
  sftp(lines: readonly string[], options?: readonly string[]): Promise<Outcome>;
  /** Runs `scp`, `ssh` or another of its programs; `%h` in the arguments becomes the login. */
  run(program: 'scp' | 'ssh' | 'sftp', args: readonly string[], input?: string): Promise<Outcome>;
};

/** Text for `skip` when OpenSSH's clients are not there. */
export function openSshMissing(): string | false {
  return spawnSync('ssh', ['-V']).status === 0 ? false : 'OpenSSH client (Debian: openssh-client) is missing';
}

export type TestKey = { privateKey: string; fingerprint: string; file: string };

/** A key pair of the client in a file that only its owner may read. */
export async function clientKey(folder: string, type: SshKeyType): Promise<TestKey> {
  const { privateKey, publicKey } = await makeSshKey(type);
  const file = join(folder, `id_${type}`);
  writeFileSync(file, privateKey, { mode: 0o600 });
  const blob = Buffer.from(publicKey.split(' ')[1] ?? '', 'base64');
  const digest = createHash('sha256').update(blob).digest('base64').replace(/=+$/, '');
  return { privateKey, fingerprint: `SHA256:${digest}`, file };
}

export function testFolder(t: TestContext): string {
  const folder = mkdtempSync(join(tmpdir(), 'causeway-sftp-'));
  t.after(() => rmSync(folder, { recursive: true, force: true }));
  return folder;
}

/** `login` is a key file, or a password that is given by an askpass program; `root` has another OpenSSH than the machine's. */
export function openSsh(
  folder: string,
  server: { port: number },
  hostKeys: readonly SshKeyPair[],
  user: string,
  login: { keyFile: string } | { password: string },
  root?: string,
): OpenSsh {
  const knownHosts = join(folder, 'known_hosts');
  writeFileSync(knownHosts, hostKeys.map((key) => `[127.0.0.1]:${server.port} ${key.publicKey}\n`).join(''));
  const askpass = join(folder, 'askpass');
  writeFileSync(askpass, `#!/bin/sh\necho '${'password' in login ? login.password : ''}'\n`);
  chmodSync(askpass, 0o700);
  const options = [
    ...['-F', 'none', '-o', `UserKnownHostsFile=${knownHosts}`, '-o', 'StrictHostKeyChecking=yes'],
    ...['-o', 'GlobalKnownHostsFile=none', '-o', 'IdentitiesOnly=yes', '-o', 'IdentityAgent=none'],
    ...['-o', `Port=${server.port}`, '-o', `User=${user}`],
    ...('keyFile' in login
      ? ['-o', `IdentityFile=${login.keyFile}`, '-o', 'PreferredAuthentications=publickey']
      : ['-o', 'IdentityFile=none', '-o', 'PreferredAuthentications=password', '-o', 'NumberOfPasswordPrompts=1']),
  ];
  const env = { ...process.env, SSH_ASKPASS: askpass, SSH_ASKPASS_REQUIRE: 'force', DISPLAY: ':0' };

  const run: OpenSsh['run'] = (program, args, input = '') =>
    new Promise((resolve, reject) => {
      // The first value of an option counts, so a test's own stand before ours.
      const own = args.findIndex((arg) => !arg.startsWith('-o'));
      const all = [...args.slice(0, own), ...options, ...args.slice(own)];
      const path = root === undefined ? program : join(root, 'usr/bin', program);
      if (root !== undefined && program !== 'ssh') all.unshift('-S', join(root, 'usr/bin/ssh'));
      const child = spawn(path, all, { cwd: folder, env, timeout: 60_000 });
      let stdout = '';
      let stderr = '';
      child.stdout.on('data', (chunk) => {
        stdout += chunk;
      });
      child.stderr.on('data', (chunk) => {
        stderr += chunk;
      });
      child.on('error', reject);
      child.on('close', (code) => resolve({ code, stdout, stderr }));
      child.stdin.end(input);
    });

  return {
    folder,
    run,
    // With -b the program would set BatchMode, in which no password is asked for.
    sftp: (lines, more = []) => {
      const batch = join(folder, 'batch');
      writeFileSync(batch, `${lines.join('\n')}\n`);
      return run('sftp', [...more, '-b', batch, ...('password' in login ? ['-oBatchMode=no'] : []), '127.0.0.1']);
    },
  };
}

// Drivers for SFTP clients that nobody here wrote: each uploads one file, by password or by key.
// Invariant: every driver checks the server's host key, and fails with what its client said.

import { spawn } from 'node:child_process';
import { chmod, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import ssh2 from 'ssh2';

export type PeerLogin = {
  host: string;
  port: number;
  username: string;
  password: string;
  /** Private keys that the feed has installed; formats as OpenSSH, PEM (ECDSA) and PuTTY write them. */
  keys: { openssh: string; pem: string; ppk: string };
  hostKeys: { type: string; sha256: string; publicKey: string }[];
  /** For batch files, known hosts and the like. */
  folder: string;
};

export type PeerClient = {
  name: string;
  /** The name of the Debian package's entry in scripts/debian-peers.ts; null when npm brings it. */
  needs: string[];
  upload(login: PeerLogin, by: 'password' | 'key', local: string, remote: string): Promise<void>;
};

/** Runs a program to its end; throws with its output when it does not end with 0. */
export async function run(command: string, args: string[], env: Record<string, string> = {}): Promise<string> {
  const child = spawn(command, args, { stdio: ['ignore', 'pipe', 'pipe'], env: { ...process.env, ...env } });
  let said = '';
  child.stdout.on('data', (chunk: Buffer) => {
    said += chunk;
  });
  child.stderr.on('data', (chunk: Buffer) => {
    said += chunk;
  });
  const code = await new Promise<number | null>((resolve, reject) => {
    child.on('error', reject);
    child.on('close', resolve);
  });
  if (code !== 0) throw new Error(`${command} ended with ${code}: ${said.trim()}`);
  return said;
}

async function knownHosts(login: PeerLogin): Promise<string> {
  const file = join(login.folder, 'known_hosts');
  const host = `[${login.host}]:${login.port}`;
  await writeFile(file, login.hostKeys.map((key) => `${host} ${key.publicKey}\n`).join(''));
  return file;
}

/** Options and environment for OpenSSH's clients; a password is answered by an askpass program. */
async function openSsh(
  login: PeerLogin,
  by: 'password' | 'key',
): Promise<{ args: string[]; env: Record<string, string> }> {
  const common = [
    '-F',
    'none',
    '-o',
    'StrictHostKeyChecking=yes',
    '-o',
    `UserKnownHostsFile=${await knownHosts(login)}`,
  ];
  if (by === 'key')
    return { args: [...common, '-o', 'BatchMode=yes', '-o', 'IdentitiesOnly=yes', '-i', login.keys.openssh], env: {} };
  const askpass = join(login.folder, 'askpass');
  await writeFile(askpass, '#!/bin/sh\nprintf "%s\\n" "$PEER_PASSWORD"\n');
  await chmod(askpass, 0o700);
  return {
    args: [...common, '-o', 'PubkeyAuthentication=no', '-o', 'NumberOfPasswordPrompts=1'],
    env: { SSH_ASKPASS: askpass, SSH_ASKPASS_REQUIRE: 'force', PEER_PASSWORD: login.password },
  };
}

const openSshSftp: PeerClient = {
  name: 'OpenSSH sftp',
  needs: ['OpenSSH client'],
  async upload(login, by, local, remote) {
    const { args, env } = await openSsh(login, by);
    const batch = join(login.folder, 'batch');
    await writeFile(batch, `put "${local}" "${remote}"\n`);
    // -b switches BatchMode on, which forbids the askpass program: commands come from a here-document instead.
    const command = ['sftp', ...args, '-P', String(login.port), `${login.username}@${login.host}`]
      .map(quoted)
      .join(' ');
    const said = await run('/bin/sh', ['-c', `${command} < ${quoted(batch)}`], env);
    if (/fail|denied|refused|No such/i.test(said)) throw new Error(said);
  },
};

const openSshScp: PeerClient = {
  name: 'OpenSSH scp',
  needs: ['OpenSSH client'],
  async upload(login, by, local, remote) {
    const { args, env } = await openSsh(login, by);
    await run('scp', [...args, '-P', String(login.port), local, `${login.username}@${login.host}:${remote}`], env);
  },
};

const psftp: PeerClient = {
  name: 'PuTTY psftp',
  needs: ['PuTTY tools'],
  async upload(login, by, local, remote) {
    const batch = join(login.folder, 'psftp-batch');
    await writeFile(batch, `put "${local}" "${remote}"\n`);
    const pins = login.hostKeys.flatMap((key) => ['-hostkey', key.sha256]);
    const how = by === 'key' ? ['-i', login.keys.ppk] : ['-pw', login.password];
    const args = ['-batch', '-b', batch, '-P', String(login.port), ...pins, ...how, `${login.username}@${login.host}`];
    // HOME keeps PuTTY's own known hosts out of the user's folder.
    await run('psftp', args, { HOME: login.folder });
  },
};

const paramiko: PeerClient = {
  name: 'paramiko',
  needs: ['paramiko'],
  async upload(login, by, local, remote) {
    const script = join(import.meta.dirname, 'paramiko_upload.py');
    const secret = by === 'key' ? ['-', login.keys.openssh] : [login.password, '-'];
    const pins = login.hostKeys.map((key) => key.sha256).join(',');
    await run('/usr/bin/python3', [
      script,
      login.host,
      String(login.port),
      login.username,
      ...secret,
      pins,
      local,
      remote,
    ]);
  },
};

const jsch: PeerClient = {
  name: 'JSch',
  needs: ['JSch', 'Java'],
  async upload(login, by, local, remote) {
    const source = join(import.meta.dirname, 'JschUpload.java');
    const secret = by === 'key' ? ['-', login.keys.pem] : [login.password, '-'];
    const address = [login.host, String(login.port), login.username];
    await run('java', [
      '-cp',
      '/usr/share/java/jsch.jar',
      source,
      ...address,
      ...secret,
      await knownHosts(login),
      local,
      remote,
    ]);
  },
};

const ssh2Client: PeerClient = {
  name: 'ssh2 fastPut',
  needs: [],
  async upload(login, by, local, remote) {
    const secret = by === 'key' ? { privateKey: await readFile(login.keys.openssh) } : { password: login.password };
    const pins = login.hostKeys.map((key) => key.sha256);
    await new Promise<void>((resolve, reject) => {
      const client = new ssh2.Client();
      client.on('error', reject);
      client.on('ready', () =>
        client.sftp((error, sftp) => {
          if (error) return reject(error);
          sftp.fastPut(local, remote, (failed) => {
            client.end();
            if (failed) reject(failed);
            else resolve();
          });
        }),
      );
      client.connect({
        host: login.host,
        port: login.port,
        username: login.username,
        ...secret,
        hostHash: 'sha256',
        hostVerifier: (hash: string) =>
          pins.includes(`SHA256:${Buffer.from(hash, 'hex').toString('base64').replace(/=+$/, '')}`),
      });
    });
  },
};

export const peerClients: readonly PeerClient[] = [openSshSftp, openSshScp, psftp, paramiko, jsch, ssh2Client];

function quoted(word: string): string {
  return `'${word.replaceAll("'", "'\\''")}'`;
}

/** Three private keys in the three formats, made by the programs that write them. Gives their public halves too. */
export async function makeClientKeys(folder: string): Promise<{ keys: PeerLogin['keys']; publicKeys: string[] }> {
  const openssh = join(folder, 'id_ed25519');
  const pem = join(folder, 'id_ecdsa.pem');
  const ppk = join(folder, 'id_ed25519.ppk');
  await run('ssh-keygen', ['-q', '-t', 'ed25519', '-N', '', '-C', 'peer test', '-f', openssh]);
  await run('ssh-keygen', ['-q', '-t', 'ecdsa', '-b', '256', '-m', 'PEM', '-N', '', '-C', 'peer test', '-f', pem]);
  await run('puttygen', [openssh, '-O', 'private', '-o', ppk]);
  const publicKeys = await Promise.all([openssh, pem].map((file) => readFile(`${file}.pub`, 'utf8')));
  return { keys: { openssh, pem, ppk }, publicKeys };
}

// One SFTP session of ssh2's client, for programs of benchmarks.
// Invariant: the server's host key is checked, and a refusal or a link that ends is thrown.

import { createHash } from 'node:crypto';
import ssh2, { type Client, type SFTPWrapper } from 'ssh2';

export type SessionLogin = {
  host: string;
  port: number;
  username: string;
  password: string;
  /** Of the server's host keys, `SHA256:…`. */
  fingerprints: readonly string[];
};

/** Logs in and opens the subsystem. `client.end()` is the caller's. */
export function openSession(login: SessionLogin): Promise<{ client: Client; sftp: SFTPWrapper }> {
  const { fingerprints, ...config } = login;
  const client = new ssh2.Client();
  return new Promise((resolve, reject) => {
    client.on('error', reject);
    client.once('close', () => reject(new Error('the server closed the link')));
    client.once('ready', () => client.sftp((error, sftp) => (error ? reject(error) : resolve({ client, sftp }))));
    client.connect({
      ...config,
      readyTimeout: 60_000,
      hostVerifier: (key: Buffer) => fingerprints.includes(fingerprintOf(key)),
    });
  });
}

/** Turns a call that answers by a callback into a promise. */
export function answered<Value>(ask: (done: (error?: Error | null, value?: Value) => void) => void): Promise<Value> {
  return new Promise((resolve, reject) => ask((error, value) => (error ? reject(error) : resolve(value as Value))));
}

function fingerprintOf(key: Buffer): string {
  return `SHA256:${createHash('sha256').update(key).digest('base64').replace(/=+$/, '')}`;
}

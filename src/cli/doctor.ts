// causeway doctor: looks at the configuration of this installation and says what it finds.
// Invariant: it never prints a secret, and every finding that is not good says what to do.

import { existsSync } from 'node:fs';
import { statfs } from 'node:fs/promises';
import { createServer } from 'node:net';
import { dirname } from 'node:path';
import { ssh2Condition, withLocalDeps } from '../app.ts';
import type { Config, Secrets } from '../config.ts';
import { loadHostKeys } from '../inbound/host-keys.ts';
import type { Outcome } from './command.ts';

type Finding = { name: string; ok: boolean; detail: string };

const lowSpace = 1024 ** 3;

/** Exit 0 when everything is good, 1 when something wants a person. */
export async function examine(settings: () => { config: Config; secrets: Secrets }): Promise<Outcome> {
  const findings = await findingsOf(settings);
  const ok = findings.every((finding) => finding.ok);
  const lines = findings.map((finding) => `${finding.ok ? 'good ' : 'MEND '} ${finding.name}: ${finding.detail}`);
  return { exit: ok ? 0 : 1, json: { ok, findings }, text: lines.join('\n') };
}

async function findingsOf(settings: () => { config: Config; secrets: Secrets }): Promise<Finding[]> {
  const program = [{ name: 'runtime', ok: true, detail: `Node ${process.versions.node}` }, encryption()];
  let given: { config: Config; secrets: Secrets };
  try {
    given = settings();
  } catch (error) {
    return [...program, { name: 'settings', ok: false, detail: sentence(error) }];
  }
  const { config, secrets } = given;
  return [
    ...program,
    { name: 'settings', ok: true, detail: `roles ${[...config.roles].join(', ')}` },
    await space(config),
    ...(await database(config, secrets)),
    await port('web port', config.http),
    await port('SFTP port', config.sftp),
    { name: 'SFTP processes', ok: true, detail: processes(config) },
  ];
}

function processes({ sftpProcesses }: Config): string {
  const served = sftpProcesses === 1 ? 'the main process serves SFTP' : `${sftpProcesses} processes serve SFTP`;
  return `${served} (CAUSEWAY_SFTP_PROCESSES)`;
}

/** Slower ciphers are no fault; a server without today's key exchange wants a person. */
function encryption(): Finding {
  const { postQuantum, sentence } = ssh2Condition();
  return { name: 'SFTP encryption', ok: postQuantum, detail: sentence };
}

async function space(config: Config): Promise<Finding> {
  let folder = config.files.dir;
  while (!existsSync(folder)) folder = dirname(folder);
  const { bavail, bsize } = await statfs(folder);
  const free = bavail * bsize;
  const detail = `${(free / 1024 ** 3).toFixed(1)} GiB free below ${folder}`;
  return { name: 'disk', ok: free >= lowSpace, detail: free >= lowSpace ? detail : `${detail}: make room` };
}

async function database(config: Config, secrets: Secrets): Promise<Finding[]> {
  try {
    return await withLocalDeps(config, secrets, async (deps) => {
      const keys = await loadHostKeys(deps);
      const where = config.database.kind === 'embedded' ? 'embedded' : 'outside';
      return [
        { name: 'database', ok: true, detail: `${where}, answers, schema up to date` },
        { name: 'host keys', ok: true, detail: keys.map((key) => `${key.type} ${key.sha256}`).join('; ') },
      ];
    });
  } catch (error) {
    return [{ name: 'database', ok: false, detail: sentence(error) }];
  }
}

/** A port that is taken is good when a Causeway server answers there, which cannot be told for sure: so it is only said. */
async function port(name: string, { host, port: number }: { host: string; port: number }): Promise<Finding> {
  const server = createServer();
  const free = await new Promise<boolean>((resolve) => {
    server.once('error', () => resolve(false));
    server.listen({ host, port: number, exclusive: true }, () => resolve(true));
  });
  if (free) await new Promise((resolve) => server.close(resolve));
  return {
    name,
    ok: true,
    detail: free ? `${host}:${number} is free` : `${host}:${number} is in use, by a running server or another program`,
  };
}

function sentence(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}

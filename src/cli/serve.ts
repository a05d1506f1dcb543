// causeway serve: runs the server until it is told to stop.
// Invariant: the ready file appears only when everything listens; a second signal ends the process at once.

import { rename, writeFile } from 'node:fs/promises';
import { openApp } from '../app.ts';
import type { Config, Secrets } from '../config.ts';

/** Serves until SIGTERM or SIGINT. Resolves with the exit code. */
export async function serve(
  config: Config,
  secrets: Secrets,
  options: { readyFile: string | undefined; stdout: NodeJS.WritableStream },
): Promise<number> {
  const stopped = Promise.withResolvers<void>();
  const onSignal = () => stopped.resolve();
  process.on('SIGTERM', onSignal);
  process.on('SIGINT', onSignal);
  const app = await openApp(config, secrets);
  try {
    if (options.readyFile)
      await writeReadyFile(options.readyFile, { http: app.http, sftp: app.sftp, pid: process.pid });
    options.stdout.write(greeting(app));
    await stopped.promise;
    process.once('SIGINT', () => process.exit(130));
    options.stdout.write('Stopping …\n');
  } finally {
    await app.close();
    process.off('SIGTERM', onSignal);
    process.off('SIGINT', onSignal);
  }
  return 0;
}

/** Whole or not at all: who waits for the file never reads half of it. */
async function writeReadyFile(file: string, content: object): Promise<void> {
  const fresh = `${file}.new`;
  await writeFile(fresh, `${JSON.stringify(content)}\n`);
  await rename(fresh, file);
}

function greeting(app: Awaited<ReturnType<typeof openApp>>): string {
  const lines = ['Causeway is running.'];
  if (app.http) lines.push(`  web pages  ${app.deps.installation.publicUrl()}`);
  if (app.sftp) {
    const { host, port } = app.deps.installation.publicSftp();
    lines.push(`  SFTP       ${host}:${port}`);
  }
  if (app.setupToken) {
    lines.push('', 'This installation has no operator yet. Open the web pages and enter this one-time token:');
    lines.push('', `  ${app.setupToken}`, '');
  }
  return `${lines.join('\n')}\n`;
}

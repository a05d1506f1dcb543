// The demo: a fresh installation, a sample roster by a real SFTP client, the report of what became of each row, and a delivery.
// Invariant: with --once it exits with 0 only when import and transfer ended well; nothing is left behind then.

import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import type { ImportView, IssueGroup } from '../src/api/imports.ts';
import type { Client } from '../src/cli/client.ts';
import { deliverSample } from './demo-delivery.ts';
import { type PartnerServer, startPartnerServer } from './partner-server.ts';
import { type SampleInstallation, startSampleInstallation } from './sample-installation.ts';
import { uploadBySftp } from './sftp-upload.ts';
import { temporaryFolder } from './temporary-folder.ts';

const { values: options } = parseArgs({ options: { once: { type: 'boolean' }, json: { type: 'boolean' } } });
const say = (line = '') => (options.json ? process.stderr : process.stdout).write(`${line}\n`);
const sample = join(import.meta.dirname, '../samples/fall-roster.csv');

const folder = await temporaryFolder('causeway-demo-');
let installation: SampleInstallation | undefined;
let partner: PartnerServer | undefined;
let ended = false;
async function end(code: number): Promise<never> {
  if (!ended) {
    ended = true;
    await installation?.server.stop();
    await partner?.stop();
    await rm(folder, { recursive: true, force: true });
  }
  process.exit(code);
}
process.on('SIGINT', () => end(0));
process.on('SIGTERM', () => end(0));

try {
  say('Starting Causeway with a fresh data folder …');
  installation = await startSampleInstallation(folder, {}, 'ignore');
  const { client, login, server, admin } = installation;
  say(`  web   ${server.ready.http}`);
  say(`  SFTP  ${login.host}:${login.port}, user ${login.username}`);
  const clientName = await uploadBySftp(login, sample, folder);
  say(`Uploaded fall-roster.csv with ${clientName}. Waiting for its import …`);
  const view = await finishedImport(client);
  await report(client, view);
  partner = await startPartnerServer(join(folder, 'partner'));
  const transfer = await deliverSample(client, partner, say);
  if (options.json) {
    const { status, rows, fileName, sha256 } = transfer;
    const imported = { status: view.status, counts: view.counts, issues: view.issues };
    process.stdout.write(`${JSON.stringify({ import: imported, transfer: { status, rows, fileName, sha256 } })}\n`);
  }
  if (options.once) await end(view.status === 'succeeded' && transfer.status === 'succeeded' ? 0 : 1);
  say();
  say('Look at it in the browser:');
  say(`  ${server.ready.http}/i/lakeside/imports/${view.id}`);
  say(`  ${server.ready.http}/i/lakeside/transfers/${transfer.id}`);
  say(`  sign in as ${admin.email} with the password ${admin.password}`);
  say('Send another file:');
  say(`  sftp -i ${login.keyFile} -P ${login.port} ${login.username}@${login.host}`);
  say('Look at the delivered file:');
  say(`  ${join(partner.folder, transfer.fileName ?? '')}`);
  say('Ctrl-C ends the demo and removes its data.');
} catch (error) {
  process.stderr.write(`The demo failed: ${error instanceof Error ? error.message : String(error)}\n`);
  await end(1);
}

async function finishedImport(client: Client): Promise<ImportView> {
  const deadline = performance.now() + 120_000;
  for (;;) {
    const query = { file: 'fall-roster.csv', limit: 1 };
    const page = await client.get<{ items: ImportView[] }>('/institutions/lakeside/imports', query);
    const [view] = page.items;
    if (view && view.status !== 'queued' && view.status !== 'running') return view;
    if (performance.now() > deadline) throw new Error('the import was not done after two minutes');
    await pause(200);
  }
}

async function report(client: Client, view: ImportView): Promise<void> {
  const { rows, created, updated, unchanged, skipped } = view.counts;
  say();
  say(`${view.fileName}: ${view.state}`);
  say(`  ${view.message}`);
  say(`  ${rows} rows: ${created} created, ${updated} updated, ${unchanged} unchanged, ${skipped} skipped`);
  const groups = await client.get<{ items: IssueGroup[] }>(`/imports/${view.id}/issue-groups`);
  for (const group of groups.items) {
    say();
    say(`  ${group.count} × ${group.title} (${group.code})`);
    for (const example of group.examples) say(`      ${example.message}`);
    say(`      What to do: ${group.remedy}`);
  }
}

// The second half of the demo: sample connections, a destination at a partner's server, its test, and one delivered file.
// Invariant: everything goes through the API, as a person or a program outside would do it.

import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { ConnectionLoadView } from '../src/api/connections.ts';
import type { DestinationView, ProbeView } from '../src/api/destinations.ts';
import type { TransferView } from '../src/api/transfers.ts';
import type { Client } from '../src/cli/client.ts';
import type { PartnerServer } from './partner-server.ts';

const sample = join(import.meta.dirname, '../samples/connections.csv');

/** Loads, sets up, confirms the fingerprint, delivers. Throws when the file that arrived is not the one that was sent. */
export async function deliverSample(
  client: Client,
  partner: PartnerServer,
  say: (line?: string) => void,
): Promise<TransferView> {
  const base = '/institutions/lakeside';
  const load = await client.upload<ConnectionLoadView>(`${base}/connections`, sample, {});
  say();
  say(`Loaded connections.csv: ${load.created} connections, ${load.rejected} rejected`);
  for (const problem of load.problems) say(`      ${problem.message}`);
  const { host, port, username, password } = partner;
  const wanted = { dataset: 'connections', name: 'Lakeside CRM', host, port, path: '/', username, password };
  const destination = await client.send<DestinationView>('POST', `${base}/destinations`, wanted);
  const path = `${base}/destinations/${destination.id}`;
  say(`The college's own SFTP server listens on ${host}:${port}; its people say that its fingerprint is`);
  say(`      ${partner.fingerprint}`);
  const first = await test(client, path);
  say(`First test: ${first.failure?.headline ?? 'passed'}`);
  const shown = first.fingerprints.find((key) => key.sha256 === partner.fingerprint);
  if (!shown) throw new Error('the test did not show the fingerprint of the server');
  say('      The fingerprint that it shows is the same, so it is confirmed.');
  await client.send('POST', `${path}/host-keys`, { sha256: shown.sha256 });
  const second = await test(client, path);
  say('Second test:');
  for (const stage of second.stages) say(`      ${stage.ok ? '✓' : '✗'} ${stage.name.padEnd(13)} ${stage.detail}`);
  if (!second.ok) throw new Error(second.failure?.headline ?? 'the test of the destination failed');
  const transfer = await client.send<TransferView>('POST', `${path}/run`, { wait: true });
  say(`${transfer.fileName ?? 'No file'}: ${transfer.state}, ${transfer.rows} rows, ${transfer.bytes} bytes`);
  if (transfer.status === 'succeeded') await checkArrived(partner, transfer);
  say(`      sha256 ${transfer.sha256}, the same in ${partner.folder}`);
  return transfer;
}

/** Test and Save: on when it passes. */
function test(client: Client, path: string): Promise<ProbeView> {
  return client.send<ProbeView>('POST', `${path}/probe`, { enable: true, wait: true });
}

async function checkArrived(partner: PartnerServer, transfer: TransferView): Promise<void> {
  const bytes = await readFile(join(partner.folder, transfer.fileName ?? ''));
  const sha256 = createHash('sha256').update(bytes).digest('hex');
  if (sha256 !== transfer.sha256) throw new Error('the file that arrived is not the one that was sent');
}

// The outbound scene: a real sshd, the line to it, a destination that delivers connections there, and what every window must look like.
// Invariant: what a window must look like is known before its run begins, from the download by hand, which moves nothing.

import { readdir } from 'node:fs/promises';
import type { DestinationView, ProbeView } from '../../src/api/destinations.ts';
import type { TransferPreview, TransferView } from '../../src/api/transfers.ts';
import { type Link, startLink } from '../kit/partners/link.ts';
import { type SshdPartner, startSshd } from '../kit/partners/sshd.ts';
import type { Installation } from './installation.ts';

export type Expected = { fileName: string; bytes: Buffer; rows: number };

export class Receiver implements AsyncDisposable {
  readonly base = '/institutions/lakeside';
  readonly partner: SshdPartner;
  readonly line: Link;
  readonly #installation: Installation;
  readonly #path: string;

  private constructor(installation: Installation, partner: SshdPartner, line: Link, path: string) {
    this.#installation = installation;
    this.partner = partner;
    this.line = line;
    this.#path = path;
  }

  /** Makes the institution and its destination, with a confirmed host key, and switches it on. */
  static async open(installation: Installation, refuse: readonly string[]): Promise<Receiver> {
    await using undo = new AsyncDisposableStack();
    const partner = undo.use(await startSshd({ refuse }));
    const line = undo.use(await startLink(partner));
    const { client } = installation;
    const made = { name: 'Lakeside College', slug: 'lakeside', timeZone: 'America/New_York', country: 'US' };
    await client.send('POST', '/institutions', made);
    const base = '/institutions/lakeside';
    const { host, username, password, folder } = partner;
    const destination = await client.send<DestinationView>('POST', `${base}/destinations`, {
      dataset: 'connections',
      host,
      port: line.port,
      username,
      password,
      path: folder,
      frequency: 'monthly:1',
      file: { nameTemplate: '{institution}-{dataset}-{number}.csv', manifest: true, done: true },
    });
    const path = `${base}/destinations/${destination.id}`;
    const first = await client.send<ProbeView>('POST', `${path}/probe`, {});
    for (const { sha256 } of first.fingerprints) await client.send('POST', `${path}/host-keys`, { sha256 });
    const probe = await client.send<ProbeView>('POST', `${path}/probe`, { enable: true });
    if (!probe.enabled) throw new Error(`the destination did not go on: ${probe.failure?.detail}`);
    undo.move();
    return new Receiver(installation, partner, line, path);
  }

  async load(first: number, count: number, round: number): Promise<void> {
    const lines = Array.from({ length: count }, (_, index) => JSON.stringify(connection(first + index, round)));
    const response = await fetch(`${this.#installation.url}/api/v1${this.base}/connections`, {
      method: 'POST',
      headers: { authorization: `Bearer ${this.#installation.token}`, 'content-type': 'application/x-ndjson' },
      body: `${lines.join('\n')}\n`,
    });
    const answer = (await response.json()) as { created?: number };
    if (answer.created !== count) throw new Error(`round ${round}: of ${count} rows ${JSON.stringify(answer)}`);
  }

  preview(): Promise<TransferPreview> {
    return this.#installation.client.get<TransferPreview>(`${this.base}/preview?dataset=connections`);
  }

  /** The window as it lies before its run. */
  async expected(): Promise<Expected> {
    const { url, token } = this.#installation;
    const { fileName, count } = await this.preview();
    const response = await fetch(`${url}/api/v1${this.base}/download?dataset=connections`, {
      headers: { authorization: `Bearer ${token}` },
    });
    return { fileName, bytes: Buffer.from(await response.arrayBuffer()), rows: count };
  }

  async request(): Promise<void> {
    await this.#installation.client.send('POST', `${this.#path}/run`, {});
  }

  /** The newest transfers, the newest first. */
  async transfers(): Promise<TransferView[]> {
    return (await this.#installation.client.get<{ items: TransferView[] }>(`${this.base}/transfers`, { limit: 20 }))
      .items;
  }

  allTransfers(): Promise<TransferView[]> {
    return this.#installation.client.list<TransferView>(`${this.base}/transfers`);
  }

  /** All names in the remote folder, hidden ones too. */
  async names(): Promise<string[]> {
    return (await readdir(this.partner.local(this.partner.folder))).sort();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.line.stop();
    await this.partner.stop();
  }
}

function connection(row: number, round: number): Record<string, string> {
  return {
    externalId: `C-${row}`,
    connectedAt: '2026-03-01',
    firstName: `Given ${row % 97}`,
    lastName: `Family ${row % 89}, of round ${round}`,
    email: `student.${row}@example.edu`,
    school: 'Lakeside Preparatory School for Arts and Sciences',
  };
}

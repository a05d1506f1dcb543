// Deliveries for tests: a file with known bytes, what is recorded of an attempt, and what stands on the partner's side.
// Invariant: `record` keeps exactly what a transfer keeps, so that an attempt can be repeated as after a crash.

import { createHash } from 'node:crypto';
import { readdir, readFile, stat } from 'node:fs/promises';
import { join } from 'node:path';
import type { RemoteSession, Stage } from '../../../src/domain/remote.ts';
import { type Delivery, DeliveryError, deliverFile } from '../../../src/outbound/deliver-file.ts';
import type { Partner } from './partner.ts';

export const temporaryName = '.causeway-0192f3a1.part';

/** A CSV of about `size` bytes, in chunks that do not fit packets. */
export function csvDelivery(folder: string, more: Partial<Delivery> & { rows?: number } = {}): Delivery {
  const { rows = 200, ...rest } = more;
  const lines = Array.from(
    { length: rows },
    (_, at) => `${at},Zoë,Okafor-${(at * 7919) % 1000},+12125550${at % 1000}\r\n`,
  );
  const bytes = Buffer.from(`externalId,firstName,lastName,phone\r\n${lines.join('')}`);
  return { ...deliveryOf(folder, bytes), ...rest };
}

export function deliveryOf(folder: string, bytes: Buffer): Delivery {
  return {
    folder,
    fileName: 'students.csv',
    temporaryName,
    size: bytes.length,
    sha256: createHash('sha256').update(bytes).digest('hex'),
    async *open() {
      for (let at = 0; at < bytes.length; at += 10_007) yield bytes.subarray(at, at + 10_007);
    },
    readBack: false,
    sameName: 'number',
    inDoubt: false,
    extras: [],
  };
}

/** A manifest and a marker, as deterministic as the real ones. */
export const extras: Delivery['extras'] = [
  { stage: 'done', name: (name) => `${name}.done`, bytes: () => Buffer.alloc(0) },
  { stage: 'manifest', name: (name) => `${name}.manifest.json`, bytes: (name) => Buffer.from(`{"file":"${name}"}\n`) },
];

export async function bytesOf(delivery: Delivery): Promise<Buffer> {
  return Buffer.concat(await Array.fromAsync(delivery.open()));
}

/** What a transfer keeps of its attempts. */
export type TransferRow = { fileName: string; inDoubt: boolean };

export type Attempt = {
  stages: Stage[];
  /** The names that were recorded before a rename. */
  recorded: string[];
  outcome: { ok: true; fileName: string; notes: string[] } | { ok: false; error: DeliveryError };
};

type AttemptOptions = {
  record?: TransferRow;
  killed?: boolean;
  onStage?: (stage: Stage) => void;
  beforeRename?: (fileName: string) => void | Promise<void>;
};

/**
 * One attempt. `record` goes in and out: a name and the doubt are kept before the rename; when it ends, also how it ended,
 * unless `killed`, as after kill -9.
 */
export async function attempt(
  session: RemoteSession,
  delivery: Delivery,
  { record = { fileName: delivery.fileName, inDoubt: delivery.inDoubt }, killed = false, ...on }: AttemptOptions = {},
): Promise<Attempt> {
  const stages: Stage[] = [];
  const recorded: string[] = [];
  const hooks = {
    onStage: (stage: Stage) => {
      stages.push(stage);
      on.onStage?.(stage);
    },
    async beforeRename(fileName: string) {
      await on.beforeRename?.(fileName);
      Object.assign(record, { fileName, inDoubt: true });
      recorded.push(fileName);
    },
  };
  const wanted = { ...delivery, ...record };
  try {
    const done = await deliverFile(session, wanted, hooks);
    return { stages, recorded, outcome: { ok: true, ...done } };
  } catch (error) {
    if (!(error instanceof DeliveryError)) throw error;
    if (!killed) record.inDoubt = wanted.inDoubt || error.inDoubt;
    return { stages, recorded, outcome: { ok: false, error } };
  }
}

/** The stages as `name status`. */
export function told(stages: readonly Stage[]): string[] {
  return stages.map(({ name, status }) => `${name} ${status}`);
}

/** Names and bytes of everything in a folder of the partner. */
export async function filesIn(partner: Partner, folder = partner.folder): Promise<Map<string, Buffer>> {
  const local = partner.local(folder);
  const names = (await readdir(local)).toSorted();
  const files = names.map(async (name) => {
    const path = join(local, name);
    return [name, (await stat(path)).isFile() ? await readFile(path) : Buffer.from('(a folder)')] as const;
  });
  return new Map(await Promise.all(files));
}

// A program for tests to kill: uploads files to a feed's root, and says what was acknowledged.
// Invariant: `ack NAME` is printed only after the CLOSE of that file was answered.

import { randomUUIDv7 } from 'node:crypto';
import { setTimeout as pause } from 'node:timers/promises';
import { pino } from 'pino';
import { openDiskFiles } from '../../src/adapters/disk-files/open-disk-files.ts';
import type { Database } from '../../src/db/connection.ts';
import { openPool } from '../../src/db/pool.ts';
import type { FeedId, InstitutionId } from '../../src/domain/ids.ts';
import { OpenFeeds } from '../../src/inbound/open-feeds.ts';
import { openVirtualRoot } from '../../src/inbound/virtual-root.ts';
import { flags } from './feed-root.ts';

export type UploadProgram = {
  url: string;
  folder: string;
  institutionId: InstitutionId;
  feedId: FeedId;
  /** Where the program stops and waits to be killed; null to upload one file after the other. */
  stopAt: string | null;
};

/** What file number `n` holds: long enough for several writes. */
export function textOf(number: number): string {
  return `id,name\n${`${number},a name of some length\n`.repeat(500 + (number % 7) * 400)}`;
}

const given: UploadProgram | null = process.argv[1] === import.meta.filename ? JSON.parse(process.argv[2] ?? '') : null;
if (given) await run(given);

async function run({ url, folder, institutionId, feedId, stopAt }: UploadProgram): Promise<void> {
  const at = async (step: string): Promise<void> => {
    if (step !== stopAt) return;
    process.stdout.write('stopped\n');
    for (;;) await pause(60_000);
  };
  const pool = openPool({ connectionString: url });
  const db: Database = {
    ...pool,
    async transaction(work, options) {
      const result = await pool.transaction(async (tx) => {
        const value = await work(tx);
        await at('before-commit');
        return value;
      }, options);
      await at('after-commit');
      return result;
    },
  };
  const deps = {
    db,
    files: await openDiskFiles({ folder, onStep: at }),
    clock: { now: () => new Date() },
    newId: <Id extends string>() => randomUUIDv7() as Id,
    log: pino({ level: 'silent' }),
    wakeImports: () => undefined,
    openFeeds: new OpenFeeds(),
    reserveBytes: 0,
  };
  const session = { sessionId: randomUUIDv7(), loginMethod: 'password', client: 'killed client', address: '192.0.2.8' };
  const root = openVirtualRoot(deps, { institutionId, feedId }, new Date(0), session);
  for (let number = 0; stopAt === null || number === 0; number++) {
    const bytes = Buffer.from(textOf(number));
    const file = await root.open(`/file-${number}.csv`, flags('wct'), {});
    for (let from = 0; from < bytes.length; from += 10_000)
      await file.write([bytes.subarray(from, from + 10_000)], from);
    await at('written');
    await file.close();
    process.stdout.write(`ack ${number}\n`);
  }
  await at('acknowledged');
}

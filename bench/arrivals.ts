// Many arrivals in the same minute: how long until each is acknowledged, and until the last report is there.
// Invariant: real SFTP sessions from another process, one per file; a session that fails or an import that does not succeed is an error here.

import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { temporaryFolder } from '../scripts/temporary-folder.ts';
import type { Feed } from '../src/api/feeds.ts';
import { type Database, openDatabase } from '../src/db/connection.ts';
import { startEmbedded } from '../src/db/embedded.ts';
import type { ArrivalsResult, ArrivalsTask } from './arrivals-program.ts';
import { startProgram } from './bench-program.ts';
import { databaseUrl, makeRosterFeed, sessionLogin, startBenchServer } from './bench-server.ts';
import { compared, type Measurement, percentile } from './measurement.ts';

export type ArrivalsOptions = { institutions: number; arrivals: number; seconds: number; rowsPerFile: number };

/** Of product 8: what comes at 02:00. */
export const nightlyArrivals: ArrivalsOptions = { institutions: 200, arrivals: 2000, seconds: 60, rowsPerFile: 100 };

const acknowledgedWithin = 1_000;
const reportedWithin = 300;

export async function measureArrivals(options: ArrivalsOptions): Promise<Measurement[]> {
  const { institutions, arrivals, seconds, rowsPerFile } = options;
  const folder = await temporaryFolder('causeway-bench-');
  await using stack = new AsyncDisposableStack();
  stack.defer(() => rm(folder, { recursive: true, force: true }));
  const embedded = await startEmbedded(join(folder, 'database'));
  stack.defer(() => embedded.stop());
  const url = databaseUrl(embedded.application);
  const server = await startBenchServer(join(folder, 'data'), url);
  stack.defer(async () => void (await server.process.stop()));
  const db = stack.use(await openDatabase({ kind: 'postgres', url }));
  const feeds: Feed[] = [];
  for (let number = 0; number < institutions; number += 1)
    feeds.push(await makeRosterFeed(server.client, `college-${number}`));

  const program = startProgram<ArrivalsTask, ArrivalsResult>(new URL('./arrivals-program.ts', import.meta.url), {
    ...{ arrivals, seconds, rowsPerFile },
    logins: feeds.map((feed) => sessionLogin(server, feed)),
  });
  await program.ready;
  const began = new Date();
  const { arrived, closed, failures } = await program.result;
  if (arrived.length !== arrivals) throw new Error(`sessions failed: ${JSON.stringify(failures)}`);
  const lastReport = await lastReportOf(db, arrivals);
  return [
    compared({
      ...{ name: 'arrivals-acknowledged', ours: percentile(arrived, 0.99), peer: acknowledgedWithin },
      ...{ peerName: 'limit', unit: 'ms' },
      facts: { arrivals, p50: percentile(arrived, 0.5), max: Math.max(...arrived), closeP99: percentile(closed, 0.99) },
    }),
    compared({
      ...{ name: 'arrivals-reported', ours: (lastReport.getTime() - began.getTime()) / 1000, peer: reportedWithin },
      ...{ peerName: 'limit', unit: 's' },
      facts: { arrivals, institutions, rowsPerFile },
    }),
  ];
}

/** When the last of so many imports was finished; waits for it, and throws when one did not succeed. */
async function lastReportOf(db: Database, imports: number): Promise<Date> {
  for (;;) {
    const row = await db.queryOne<{ ended: number; succeeded: number; last: Date }>(
      `select count(*) filter (where finished_at is not null) as ended,
         count(*) filter (where status = 'succeeded') as succeeded, max(finished_at) as last from imports`,
    );
    if (row && row.ended >= imports) {
      if (row.succeeded !== imports) throw new Error(`${row.succeeded} of ${imports} imports succeeded`);
      return row.last;
    }
    await pause(200);
  }
}

// A process that works the import queue off until it is killed: `worker-program.ts <database url> <folder of the files> [hashes in memory]`.
// Invariant: says `ready` once, and nothing else on stdout.

import { pino } from 'pino';
import { openDiskFiles } from '../../src/adapters/disk-files/open-disk-files.ts';
import { createSealer } from '../../src/adapters/sealing/sealer.ts';
import { openDatabase } from '../../src/db/connection.ts';
import { rowIds } from '../../src/domain/row-ids.ts';
import { startImportWorker } from '../../src/jobs/import-worker.ts';
import { openReadingPool } from '../../src/jobs/reading-pool.ts';
import type { WorkDeps } from '../../src/jobs/work-import.ts';

const [url = '', folder = '', hashes] = process.argv.slice(2);
const deps: WorkDeps = {
  db: await openDatabase({ kind: 'postgres', url }),
  files: await openDiskFiles({ folder }),
  clock: { now: () => new Date() },
  newId: rowIds() as WorkDeps['newId'],
  sealer: createSealer(Buffer.alloc(32, 1)),
  notify: async () => undefined,
  log: pino({ level: 'error' }, pino.destination(2)),
  reader: openReadingPool(2),
  ...(hashes === undefined ? {} : { hashesInMemory: Number(hashes) }),
};
startImportWorker(deps);
process.stdout.write('ready\n');

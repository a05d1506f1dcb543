// npm run bench: every benchmark against its named peer in one run, as a table or as JSON.
// Invariant: a ratio compares two figures that were measured in this run on this machine.

import { rm } from 'node:fs/promises';
import { cpus, totalmem } from 'node:os';
import { parseArgs } from 'node:util';
import { startSampleInstallation } from '../scripts/sample-installation.ts';
import { temporaryFolder } from '../scripts/temporary-folder.ts';
import { table } from '../src/cli/command.ts';
import { measureImport } from './import.ts';
import { measureRead } from './read.ts';
import { benchSftpUpload } from './sftp-upload.ts';
import { measureTransfer } from './transfer.ts';

/** Smaller is better. `ratio` is ours / peer; `limit` is null where nothing is promised yet, and `ok` is true then. */
type Result = { name: string; ours: number; peer: number; peerName: string; unit: string; ratio: number };
type Judged = Result & { limit: number | null; ok: boolean };

/** What a ratio may be at most; docs/performance.md says where the others stand. */
const limits: Record<string, number> = { transfer: 1.5, 'transfer-memory': 1.15 };

const benchmarks: Record<string, (rows: number) => Promise<Result[]>> = {
  read: async (rows) => [await measureRead({ rows })],
  import: (rows) => measureImport({ rows }),
  'sftp-upload': async () => [await measureUpload()],
  transfer: (rows) => measureTransfer({ rows }),
};

const { values: options } = parseArgs({
  options: { json: { type: 'boolean' }, only: { type: 'string' }, rows: { type: 'string', default: '1000000' } },
});
const names = Object.keys(benchmarks).filter((name) => options.only === undefined || name === options.only);
if (names.length === 0) {
  console.error(`There is no benchmark “${options.only}”. There are: ${Object.keys(benchmarks).join(', ')}.`);
  process.exit(2);
}
const results: Judged[] = [];
for (const name of names) {
  console.error(`measuring ${name} …`);
  for (const result of (await benchmarks[name]?.(Number(options.rows))) ?? []) {
    const limit = limits[result.name] ?? null;
    results.push({ ...result, limit, ok: limit === null || result.ratio <= limit });
  }
}
const [cpu] = cpus();
const machine = `${cpus().length} × ${cpu?.model.trim() ?? 'unknown'}, ${Math.round(totalmem() / 1024 ** 3)} GiB, Node ${process.versions.node}`;
const rows = results.map((result) => [
  result.name,
  `${result.ours.toFixed(2)} ${result.unit}`,
  `${result.peer.toFixed(2)} ${result.unit}`,
  result.peerName,
  result.ratio.toFixed(2),
  result.limit === null ? '–' : `≤ ${result.limit} ${result.ok ? 'kept' : 'BROKEN'}`,
]);
console.log(machine);
console.log(table(['benchmark', 'ours', 'peer', 'peer is', 'ratio', 'limit'], rows));
if (options.json) console.log(JSON.stringify({ machine, results }));
process.exitCode = results.every((result) => result.ok) ? 0 : 1;

async function measureUpload(): Promise<Result> {
  const folder = await temporaryFolder('causeway-bench-');
  const { server, login, feed } = await startSampleInstallation(folder, {}, 'ignore');
  try {
    const hostKeys = feed.hostKeys.map((key) => key.publicKey);
    return await benchSftpUpload({ ...server.ready.sftp, username: login.username, keyFile: login.keyFile, hostKeys });
  } finally {
    await server.stop();
    await rm(folder, { recursive: true, force: true });
  }
}

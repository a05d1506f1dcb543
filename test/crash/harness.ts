// The crash harness: kills a real server with SIGKILL at moments that a seed chooses, starts it again, and in the end
// compares what was acknowledged with what was imported.
// Invariant: a file counts as acknowledged only when its client saw the answer to CLOSE.

import { once } from 'node:events';
import { readFile, rm } from 'node:fs/promises';
import { setTimeout as pause } from 'node:timers/promises';
import ssh2 from 'ssh2';
import { startSampleInstallation } from '../../scripts/sample-installation.ts';
import { type ServerProcess, startServer } from '../../scripts/start-server.ts';
import { temporaryFolder } from '../../scripts/temporary-folder.ts';
import type { Contact } from '../../src/api/contacts.ts';
import type { ImportView } from '../../src/api/imports.ts';
import { type Client, openClient } from '../../src/cli/client.ts';
import { sftpProcesses } from '../kit/sftp-processes.ts';
import { until } from '../kit/until.ts';
import { type Random, type RosterFile, rosterFile, seededRandom } from './seeded.ts';

export type CrashReport = {
  rounds: number;
  files: number;
  acknowledged: number;
  /** How many kills came while files were being uploaded, while they settled or waited, and while they were imported. */
  killedDuring: { upload: number; settle: number; import: number };
  /** What was found to be wrong; empty is the only good answer. */
  violations: string[];
};

type Sent = { file: RosterFile; acknowledged: boolean };
type Login = { username: string; privateKey: Buffer };

/**
 * Runs `rounds` kills with the moments and files that `seed` chooses. `say` gets a line per round. With several
 * `processes` that serve SFTP, every other kill takes one of them instead of the server.
 */
export async function runCrashRounds(
  seed: number,
  rounds: number,
  say: (line: string) => void,
  processes = 1,
): Promise<CrashReport> {
  const random = seededRandom(seed);
  const folder = await temporaryFolder('causeway-crash-');
  const settings = { CAUSEWAY_SETTLE_SECONDS: '0.3', CAUSEWAY_SFTP_PROCESSES: String(processes) };
  const sample = await startSampleInstallation(folder, settings, 'ignore');
  const login = { username: sample.feed.username, privateKey: await readFile(sample.login.keyFile) };
  const killedDuring = { upload: 0, settle: 0, import: 0 };
  const sent: Sent[] = [];
  let server = sample.server;
  let client = sample.client;
  try {
    for (let round = 0; round < rounds; round++) {
      const batch = nextBatch(random, sent);
      const uploads = Promise.all(batch.map((one) => upload(server, login, one)));
      const isWhole = processes === 1 || random.below(2) === 0;
      const phase = await killAtRandomMoment(random, server, client, uploads, isWhole);
      killedDuring[phase]++;
      await uploads;
      if (isWhole) {
        server = await startServer(sample.settings, 'ignore');
        client = openClient({ url: server.ready.http, token: sample.token });
      } else {
        const { ready } = server;
        await until(() => sftpProcesses(ready.pid).length === processes, { what: 'another process' });
      }
      if (random.below(3) === 0 || round === rounds - 1) await untilIdle(client);
      say(
        `round ${round + 1}: ${isWhole ? 'all' : 'one process'} killed during ${phase}; ${batch.filter((one) => one.acknowledged).length} of ${batch.length} acknowledged`,
      );
    }
    const violations = await findViolations(client, sent);
    const acknowledged = sent.filter((one) => one.acknowledged).length;
    return { rounds, files: sent.length, acknowledged, killedDuring, violations };
  } finally {
    await server.stop();
    await rm(folder, { recursive: true, force: true });
  }
}

/** One to four files, now and then a large one, each with rows of its own. */
function nextBatch(random: Random, sent: Sent[]): Sent[] {
  const batch: Sent[] = [];
  const count = 1 + random.below(4);
  for (let index = 0; index < count; index++) {
    const rows = random.below(4) === 0 ? 8_000 + random.below(12_000) : 1 + random.below(800);
    const firstPhone = sent.reduce((sum, one) => sum + one.file.rows, 0);
    const one = { file: rosterFile(sent.length, rows, firstPhone), acknowledged: false };
    sent.push(one);
    batch.push(one);
  }
  return batch;
}

/** Uploads one file; a lost link is no error here, only no acknowledgement. */
async function upload(server: ServerProcess, login: Login, one: Sent): Promise<void> {
  const client = new ssh2.Client();
  const over = Promise.withResolvers<void>();
  client.on('error', () => over.resolve());
  client.on('close', () => over.resolve());
  client.on('ready', () =>
    client.sftp((error, sftp) => {
      if (error) return over.resolve();
      sftp.writeFile(`/${one.file.name}`, one.file.bytes, (failed) => {
        one.acknowledged = !failed;
        over.resolve();
      });
    }),
  );
  client.connect({ ...server.ready.sftp, ...login });
  await over.promise;
  client.end();
}

/** Kills with SIGKILL: during the uploads, in the settle time after them, or once an import runs. */
async function killAtRandomMoment(
  random: Random,
  server: ServerProcess,
  client: Client,
  uploads: Promise<unknown>,
  isWhole: boolean,
): Promise<keyof CrashReport['killedDuring']> {
  const phase = random.pick(['upload', 'settle', 'import'] as const);
  if (phase === 'upload') await Promise.race([uploads, pause(random.below(120))]);
  else {
    await uploads;
    if (phase === 'import') await untilSomethingRuns(client);
    await pause(random.below(phase === 'settle' ? 300 : 400));
  }
  if (!isWhole) {
    const pid = random.pick(sftpProcesses(server.ready.pid));
    process.kill(pid, 'SIGKILL');
    await until(() => !sftpProcesses(server.ready.pid).includes(pid), { what: 'the end of the process' });
    return phase;
  }
  const gone = once(server.process, 'exit');
  server.process.kill('SIGKILL');
  await gone;
  return phase;
}

async function imports(client: Client): Promise<ImportView[]> {
  return client.list<ImportView>('/institutions/lakeside/imports');
}

async function untilSomethingRuns(client: Client): Promise<void> {
  const deadline = performance.now() + 5_000;
  while (performance.now() < deadline) {
    const newest = await client.get<{ items: ImportView[] }>('/institutions/lakeside/imports', { limit: 20 });
    if (newest.items.some((view) => view.status === 'running')) return;
    if (newest.items.every((view) => view.status !== 'queued')) return;
  }
}

async function untilIdle(client: Client): Promise<void> {
  const deadline = performance.now() + 120_000;
  while ((await imports(client)).some((view) => view.status === 'queued' || view.status === 'running')) {
    if (performance.now() > deadline) throw new Error('imports were not done two minutes after the restart');
    await pause(100);
  }
}

/** Acknowledged: imported exactly once, with every row. Not acknowledged: not at all, or once and whole. */
async function findViolations(client: Client, sent: Sent[]): Promise<string[]> {
  const views = await imports(client);
  const contacts = await client.list<Contact>('/institutions/lakeside/contacts');
  const found: string[] = [];
  for (const { file, acknowledged } of sent) {
    const done = views.filter((view) => view.fileName === file.name && view.status === 'succeeded');
    const mine = contacts.filter((contact) => contact.crmId.startsWith(file.prefix)).length;
    const says = `${file.name} (${file.rows} rows, ${acknowledged ? '' : 'not '}acknowledged)`;
    if (acknowledged && done.length !== 1) found.push(`${says}: ${done.length} imports succeeded`);
    if (!acknowledged && done.length > 1) found.push(`${says}: imported ${done.length} times`);
    if (mine !== (done.length > 0 ? file.rows : 0)) found.push(`${says}: ${mine} contacts`);
    for (const view of done)
      if (view.counts.created !== file.rows || view.counts.rows !== file.rows)
        found.push(`${says}: counts ${JSON.stringify(view.counts)}`);
  }
  return found;
}

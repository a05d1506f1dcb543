// The crash harness for imports: uploads to a real installation while processes are killed, disks filled and lines cut at moments that a
// seed chooses, and compares what was acknowledged with what was imported.
// Invariant: a round is chosen before it begins; what happened is found out afterwards, from the API, the tables and the disk.

import { rm } from 'node:fs/promises';
import { setTimeout as pause } from 'node:timers/promises';
import type { Link } from '../kit/partners/link.ts';
import { until } from '../kit/until.ts';
import { type College, foundCollege } from './college.ts';
import { type Counts, count, type Fault, inboundFaults, sumOf } from './faults.ts';
import { checkCollege } from './inbound-checks.ts';
import { type Episode, type InboundPhase, type InboundRound, inboundEpisodes } from './inbound-plan.ts';
import { inflict } from './inflict.ts';
import { Installation } from './installation.ts';
import type { RunOptions } from './run-options.ts';
import { smallDiskMissing } from './small-disk.ts';
import { countDeadTables, countUnknownFiles, findTraces } from './traces.ts';
import { type Sent, upload } from './upload.ts';

export type InboundReport = {
  seed: number;
  rounds: number;
  seconds: number;
  /** How many faults came, of each kind in each phase; `idle`: the import that was waited for had ended before. */
  faults: Counts<InboundPhase | 'idle'>;
  /** Faults that this machine does not allow, and why. */
  leftOut: Partial<Record<Fault, string>>;
  institutions: number;
  files: number;
  acknowledged: number;
  imports: number;
  rows: number;
  /** Servers and workers that ended although nobody had ended them. */
  endedByItself: number;
  /** Bytes at rest that no table knows; no harm but their room. */
  unknownFiles: number;
  /** Tables of sessions that died with PostgreSQL, in its catalogue; it removes them itself, by autovacuum. */
  deadTables: number;
  /** What was found to be wrong; empty is the only good answer. */
  violations: string[];
};

const settings = { CAUSEWAY_SETTLE_SECONDS: '0.15' };

/** `longest`: rows of the longest files. `processes`: how many serve SFTP. */
export async function runInboundRounds(
  options: RunOptions & { longest?: number; processes?: number },
): Promise<InboundReport> {
  const { seed, rounds, longest = 6_000, log, processes = 1 } = options;
  const began = performance.now();
  const noDisk = smallDiskMissing();
  const possible = (options.faults ?? inboundFaults).filter(
    (fault) => (fault !== 'disk full' || noDisk === false) && (fault !== 'sftp process killed' || processes > 1),
  );
  // The stored files of a round take up to half a MiB, and the last 64 MiB are Causeway's reserve.
  const mebibytes = possible.includes('disk full') ? 160 + Math.ceil(rounds / 2) : 0;
  await using installation = await Installation.open({
    settings: { ...settings, CAUSEWAY_SFTP_PROCESSES: String(processes) },
    mebibytes,
    log,
  });
  const report: InboundReport = {
    seed,
    rounds: 0,
    seconds: 0,
    faults: {},
    leftOut: noDisk === false ? {} : { 'disk full': noDisk },
    institutions: 0,
    files: 0,
    acknowledged: 0,
    imports: 0,
    rows: 0,
    endedByItself: 0,
    unknownFiles: 0,
    deadTables: 0,
    violations: [],
  };
  const sent: Sent[] = [];
  for (const episode of inboundEpisodes({ seed, rounds, faults: possible, longest })) {
    const college = await runEpisode(installation, episode, report, options);
    sent.push(...college.sent);
  }
  // Nobody should have to start the server to see what became of an upload, unless the server itself had died.
  report.violations.push(...(await lostFromHistory(installation, sent)));
  await installation.stop();
  await installation.revive();
  report.violations.push(...(await findTraces(installation)), ...(await lostFromHistory(installation, sent)));
  report.unknownFiles = await countUnknownFiles(installation);
  report.deadTables = await countDeadTables(installation);
  report.files = sent.length;
  report.acknowledged = sent.filter(({ reached }) => reached === 'acknowledged').length;
  report.endedByItself = installation.endedByItself;
  report.seconds = Math.round((performance.now() - began) / 1000);
  if (report.violations.length === 0) await rm(log);
  return report;
}

async function runEpisode(
  installation: Installation,
  episode: Episode,
  report: InboundReport,
  { say, signal }: RunOptions,
): Promise<College> {
  await installation.arrange(episode.layout);
  const college = await foundCollege(installation, episode.slug);
  report.institutions += 1;
  for (const round of episode.rounds) {
    signal?.throwIfAborted();
    const began = performance.now();
    const phase = await runRound(installation, college, round);
    const seconds = ((performance.now() - began) / 1000).toFixed(1);
    count(report.faults, round.fault, phase);
    report.rounds += 1;
    const now = college.sent.filter((one) => one.round === round.round);
    const ends = now.map(({ roster, reached }) => `${roster.kind} ${reached}`).join(', ');
    say(`round ${round.round}: ${round.fault} during ${phase}; ${ends}; ${seconds} s`);
  }
  report.violations.push(...(await comeToRest(installation, college.slug)));
  const findings = await checkCollege(installation, college);
  report.imports += findings.imports;
  report.rows += findings.rows;
  report.violations.push(...findings.violations);
  for (const violation of findings.violations) say(`VIOLATION ${violation}`);
  return college;
}

/** A file may wait for a second or two after its import was interrupted; nobody may have to wait for a lease to run out. */
const longestRest = 30;

async function comeToRest({ database }: Installation, slug: string): Promise<string[]> {
  const began = performance.now();
  await until(async () => (await database.phase(slug)) === 'idle', { what: `imports of ${slug}`, seconds: 180 });
  const seconds = Math.round((performance.now() - began) / 1000);
  return seconds > longestRest ? [`the imports of ${slug} came to rest only after ${seconds} seconds`] : [];
}

async function runRound(
  installation: Installation,
  college: College,
  round: InboundRound,
): Promise<InboundPhase | 'idle'> {
  const { line } = installation;
  const login = { host: line.host, port: line.port, username: college.username, privateKey: college.privateKey };
  const batch = round.files.map(
    (roster): Sent => ({
      path: `/${round.round}-${roster.name}`,
      roster,
      round: round.round,
      reached: 'nothing',
      silent: false,
    }),
  );
  college.sent.push(...batch);
  const each = batch.map((one) => upload(login, one, round.pace));
  const uploads = Promise.all(each);
  if (round.phase === 'upload') await untilSent(line, round, uploads);
  const phase = await reach(installation, college, round, { each, uploads });
  if (round.delay > 0) await pause(round.delay);
  await inflict(installation, round, { line, kill: async () => undefined });
  await uploads;
  await installation.revive();
  return phase;
}

/** What a login takes on the line before the first byte of its file, about. */
const loginBytes = 3_000;

/** Waits until so much of the files has been sent, or all uploads are over. */
async function untilSent(line: Link, { files, share }: InboundRound, uploads: Promise<unknown>): Promise<void> {
  if (share === 0) return;
  const bytes = files.reduce((sum, file) => sum + loginBytes + file.bytes.length * share, 0);
  const enough = line.sent + bytes;
  let over = false;
  void uploads.then(() => {
    over = true;
  });
  while (!over && line.sent < enough) await pause(1);
}

/** Waits for the beginning of the phase; `idle` when the imports had ended before. */
async function reach(
  { database }: Installation,
  { slug }: College,
  { phase }: InboundRound,
  { each, uploads }: { each: Promise<unknown>[]; uploads: Promise<unknown> },
): Promise<InboundPhase | 'idle'> {
  if (phase === 'upload') return phase;
  if (phase === 'answer') {
    await Promise.race(each);
    return phase;
  }
  await uploads;
  if (phase === 'settle') return phase;
  const deadline = performance.now() + 10_000;
  while (performance.now() < deadline) {
    const now = await database.phase(slug);
    if (now === phase || now === 'idle') return now;
    if (phase === 'import') await pause(5);
  }
  throw new Error(`no import of ${slug} came to ${phase} within ten seconds`);
}

/** Uploads of which the server has said that it took bytes, and of which the history knows nothing. */
async function lostFromHistory({ database }: Installation, sent: readonly Sent[]): Promise<string[]> {
  const rows = await database.query<{ path: string }>('select path from imports');
  const known = new Set(rows?.map(({ path }) => path));
  return sent
    .filter(({ path, reached }) => reached !== 'nothing' && reached !== 'refused' && !known.has(path))
    .map(({ path, round, reached }) => `round ${round}, ${path} (${reached}) is not in the history`);
}

/** For tests: how many faults came at all. */
export function faultsOf(report: InboundReport, fault?: Fault): number {
  return sumOf(report.faults, fault);
}

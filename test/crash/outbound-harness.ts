// The crash harness for transfers: delivers to a real sshd while processes are killed, the disk is filled and the line is cut at moments that
// a seed chooses, and compares what lies on the remote side with what an undisturbed run would have left there.
// Invariant: a round is one window: it is loaded, requested, hit once to three times, and has to be delivered in the end.

import { rm } from 'node:fs/promises';
import { setTimeout as pause } from 'node:timers/promises';
import type { TransferView } from '../../src/api/transfers.ts';
import { type Counts, count, type Fault, outboundFaults } from './faults.ts';
import { inflict } from './inflict.ts';
import { Installation } from './installation.ts';
import { checkEnd, checkFile, checkNames, checkTransfers } from './outbound-checks.ts';
import { type Moment, type OutboundRound, outboundRounds } from './outbound-plan.ts';
import { type Expected, Receiver } from './receiver.ts';
import type { RunOptions } from './run-options.ts';
import { smallDiskMissing } from './small-disk.ts';

/** Where the transfer was when the fault came. */
export type OutboundPhase = 'before the upload' | 'upload' | 'named, not committed' | 'committed';

export type OutboundReport = {
  seed: number;
  rounds: number;
  seconds: number;
  /** How many faults came, of each kind in each phase. */
  faults: Counts<OutboundPhase>;
  /** Faults that this machine does not allow, and why. */
  leftOut: Partial<Record<Fault, string>>;
  transfers: Partial<Record<TransferView['status'], number>>;
  rows: number;
  bytes: number;
  /** Servers and workers that ended although nobody had ended them. */
  endedByItself: number;
  /** What was found to be wrong; empty is the only good answer. */
  violations: string[];
};

type Scene = { installation: Installation; receiver: Receiver; report: OutboundReport; settled: Set<string> };

/** `refuse` names SFTP requests that the remote server refuses, such as `rename`. */
export async function runOutboundRounds(options: RunOptions & { refuse?: readonly string[] }): Promise<OutboundReport> {
  const { seed, rounds, say, log, refuse = [] } = options;
  const began = performance.now();
  const noDisk = smallDiskMissing();
  const possible = (options.faults ?? outboundFaults).filter((fault) => fault !== 'disk full' || noDisk === false);
  // A window has 700 KiB on average, and the last 64 MiB are Causeway's reserve.
  const mebibytes = possible.includes('disk full') ? 128 + rounds * 2 : 0;
  await using installation = await Installation.open({ settings: {}, mebibytes, log });
  await using receiver = await Receiver.open(installation, refuse);
  const report: OutboundReport = {
    seed,
    rounds: 0,
    seconds: 0,
    faults: {},
    leftOut: noDisk === false ? {} : { 'disk full': noDisk },
    transfers: {},
    rows: 0,
    bytes: 0,
    endedByItself: 0,
    violations: [],
  };
  const scene = { installation, receiver, report, settled: new Set<string>() };
  const expected: Expected[] = [];
  for (const round of outboundRounds(seed, rounds, possible)) {
    options.signal?.throwIfAborted();
    const line = await runRound(scene, round, expected);
    say(line);
  }
  for (const one of expected) report.violations.push(...(await checkFile(receiver, one)));
  report.violations.push(...(await checkEnd(receiver, expected)));
  for (const { status } of await receiver.allTransfers())
    report.transfers[status] = (report.transfers[status] ?? 0) + 1;
  report.endedByItself = installation.endedByItself;
  report.seconds = Math.round((performance.now() - began) / 1000);
  if (report.violations.length === 0) await rm(log);
  return report;
}

async function runRound(scene: Scene, round: OutboundRound, expected: Expected[]): Promise<string> {
  const { installation, receiver, report } = scene;
  const began = performance.now();
  await installation.arrange(round.layout);
  await receiver.load(report.rows + 1, round.rows, round.round);
  const wanted = await receiver.expected();
  expected.push(wanted);
  const words: string[] = [];
  for (const blow of round.blows) {
    const phase = await strike(scene, wanted, blow);
    count(report.faults, blow.fault, phase);
    words.push(`${blow.fault} ${phase}`);
    if (phase === 'committed') break;
  }
  const mine = await delivered(scene);
  const found = [
    ...checkTransfers(
      mine,
      wanted,
      round.blows.map(({ fault }) => fault),
    ),
    ...(await checkNames(receiver, expected)),
    ...(await checkFile(receiver, wanted)),
  ].map((violation) => `round ${round.round}: ${violation}`);
  report.violations.push(...found);
  report.rounds += 1;
  report.rows += wanted.rows;
  report.bytes += wanted.bytes.length;
  const seconds = ((performance.now() - began) / 1000).toFixed(1);
  const ends = mine.map(({ status }) => status).join(', ');
  return [`round ${round.round}: ${round.rows} rows; ${words.join(' and ')}; ${ends}; ${seconds} s`, ...found].join(
    '\nVIOLATION ',
  );
}

/** Asks for a run, waits for the moment, and does it. */
async function strike(scene: Scene, wanted: Expected, blow: OutboundRound['blows'][number]): Promise<OutboundPhase> {
  const { installation, receiver, settled } = scene;
  const request = requestOnce(receiver, settled).catch(() => undefined);
  await reach(scene, wanted, blow.moment, request);
  const at = Date.now();
  const kill = () => receiver.partner.killSessions();
  await inflict(installation, blow, { line: receiver.line, kill });
  await request;
  const seen = await receiver.names();
  await installation.revive();
  const mine = await ofThisRound(receiver, settled);
  if (mine.some(({ finishedAt, status }) => status === 'succeeded' && finishedAt && Date.parse(finishedAt) <= at))
    return 'committed';
  if (seen.includes(wanted.fileName)) return 'named, not committed';
  return seen.some((name) => name.startsWith('.causeway-')) ? 'upload' : 'before the upload';
}

/** Waits for the moment. An attempt that fails meanwhile, because of the fault before, is asked for again. */
async function reach(
  { receiver, settled }: Scene,
  { fileName, bytes }: Expected,
  moment: Moment,
  request: Promise<unknown>,
): Promise<void> {
  if (moment.kind === 'any') return pause(moment.delay);
  // Some kilobytes go for the login.
  const share = moment.kind === 'upload' ? 6_000 + bytes.length * moment.share : Number.POSITIVE_INFINITY;
  const enough = receiver.line.sent + share;
  await request;
  const deadline = performance.now() + 30_000;
  for (let looked = performance.now(); performance.now() < deadline; ) {
    if (receiver.line.sent >= enough || (await receiver.names()).includes(fileName)) break;
    await pause(1);
    if (performance.now() - looked < 200) continue;
    await requestOnce(receiver, settled).catch(() => undefined);
    looked = performance.now();
  }
  if (moment.kind === 'name') await pause(moment.delay);
}

async function ofThisRound(receiver: Receiver, settled: ReadonlySet<string>): Promise<TransferView[]> {
  return (await receiver.transfers()).filter(({ id }) => !settled.has(id));
}

const isOpen = ({ status }: TransferView) => status === 'queued' || status === 'running';

/** A run, unless one is open or has delivered the window. */
async function requestOnce(receiver: Receiver, settled: ReadonlySet<string>): Promise<void> {
  const mine = await ofThisRound(receiver, settled);
  if (!mine.some((one) => isOpen(one) || one.status === 'succeeded')) await receiver.request();
}

/** The transfers of this round, once one has succeeded and none is open. A failed one is asked for again, as a person would. */
async function delivered({ receiver, settled }: Scene): Promise<TransferView[]> {
  for (const deadline = performance.now() + 120_000; performance.now() < deadline; await pause(20)) {
    await requestOnce(receiver, settled);
    const mine = await ofThisRound(receiver, settled);
    // An empty one has moved the watermark: whatever has not been delivered by now never will be.
    if (mine.some(isOpen) || !mine.some(({ status }) => status === 'succeeded' || status === 'empty')) continue;
    for (const { id } of mine) settled.add(id);
    return mine;
  }
  throw new Error('a window was not delivered two minutes after the last fault');
}

// The crash harness for transfers: kills a real server at moments that a seed chooses while it delivers to a real sshd, starts it
// again, and compares what lies on the remote side with what an undisturbed run would have left there.
// Invariant: what a window must look like is known before its run begins, from the download by hand, which moves nothing.

import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { readdir, readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { startSampleInstallation } from '../../scripts/sample-installation.ts';
import { type ServerProcess, startServer } from '../../scripts/start-server.ts';
import { temporaryFolder } from '../../scripts/temporary-folder.ts';
import type { DestinationView, ProbeView } from '../../src/api/destinations.ts';
import type { TransferPreview, TransferView } from '../../src/api/transfers.ts';
import { type Client, openClient } from '../../src/cli/client.ts';
import { type SshdPartner, startSshd } from '../kit/partners/sshd.ts';
import { type Random, seededRandom } from './seeded.ts';

/** Where the transfer was when the kill came. */
type Phase = 'before the upload' | 'upload' | 'named, not committed' | 'committed';

export type OutboundCrashReport = {
  rounds: number;
  /** SIGKILLs, and SIGTERMs, after which work must be given back. */
  kills: number;
  terms: number;
  killedDuring: Record<Phase, number>;
  rows: number;
  bytes: number;
  /** What was found to be wrong; empty is the only good answer. */
  violations: string[];
};

type Expected = { fileName: string; bytes: Buffer; rows: number };
type Scene = {
  random: Random;
  partner: SshdPartner;
  base: string;
  destinationId: string;
  settings: Record<string, string>;
  token: string;
  server: ServerProcess;
  client: Client;
  /** Transfers of earlier rounds. */
  settled: Set<string>;
  violations: string[];
};

/**
 * Each round is one window: loaded, requested, killed once to three times, and awaited. `say` gets a line per round; `refuse`
 * names SFTP requests that the server refuses, such as `rename`.
 */
export async function runOutboundCrashRounds(
  seed: number,
  rounds: number,
  say: (line: string) => void,
  refuse: readonly string[] = [],
): Promise<OutboundCrashReport> {
  const random = seededRandom(seed);
  const folder = await temporaryFolder('causeway-crash-out-');
  await using partner = await startSshd({ refuse });
  const sample = await startSampleInstallation(folder, {}, 'ignore');
  const { settings, token } = sample;
  const base = '/institutions/lakeside';
  const { server, client } = sample;
  const given = { random, partner, base, settings, token, server, client };
  const scene: Scene = { ...given, destinationId: '', settled: new Set(), violations: [] };
  const report: OutboundCrashReport = {
    rounds,
    kills: 0,
    terms: 0,
    killedDuring: { 'before the upload': 0, upload: 0, 'named, not committed': 0, committed: 0 },
    rows: 0,
    bytes: 0,
    violations: scene.violations,
  };
  const expected: Expected[] = [];
  let firstRow = 1;
  try {
    scene.destinationId = await openDestination(scene);
    for (let round = 1; round <= rounds; round++) {
      const rows = random.below(4) === 0 ? 20_000 + random.below(30_000) : 1 + random.below(6_000);
      await load(scene, firstRow, rows, round);
      firstRow += rows;
      const wanted = await expectedOf(scene);
      expected.push(wanted);
      const phases = await runAndKill(scene, wanted, report);
      const sent = await finished(scene);
      checkTransfer(scene, sent, wanted, round);
      await checkRemote(scene, expected);
      report.rows += wanted.rows;
      report.bytes += wanted.bytes.length;
      say(
        `round ${round}: ${rows} rows, killed ${phases.join(' and ')}; ${sent.status}, ${sent.notes.join(' ') || 'no notes'}`,
      );
    }
    await checkEnd(scene, rounds);
    return report;
  } finally {
    await scene.server.stop();
    await rm(folder, { recursive: true, force: true });
  }
}

async function openDestination({ client, partner, base }: Scene): Promise<string> {
  const { host, port, username, password, folder } = partner;
  const made = await client.send<DestinationView>('POST', `${base}/destinations`, {
    dataset: 'connections',
    host,
    port,
    username,
    password,
    path: folder,
    frequency: 'monthly:1',
    file: { nameTemplate: '{institution}-{dataset}-{number}.csv', manifest: true, done: true },
  });
  const path = `${base}/destinations/${made.id}`;
  const first = await client.send<ProbeView>('POST', `${path}/probe`, {});
  for (const { sha256 } of first.fingerprints) await client.send('POST', `${path}/host-keys`, { sha256 });
  const probe = await client.send<ProbeView>('POST', `${path}/probe`, { enable: true });
  if (!probe.enabled) throw new Error(`the destination did not go on: ${probe.failure?.detail}`);
  return made.id;
}

async function load(scene: Scene, first: number, count: number, round: number): Promise<void> {
  const lines: string[] = [];
  for (let row = first; row < first + count; row++)
    lines.push(
      JSON.stringify({
        externalId: `C-${row}`,
        connectedAt: '2026-03-01',
        firstName: `Given ${row % 97}`,
        lastName: `Family ${row % 89}, of round ${round}`,
        email: `student.${row}@example.edu`,
        school: 'Lakeside Preparatory School for Arts and Sciences',
      }),
    );
  const response = await fetch(`${scene.server.ready.http}/api/v1${scene.base}/connections`, {
    method: 'POST',
    headers: { authorization: `Bearer ${scene.token}`, 'content-type': 'application/x-ndjson' },
    body: `${lines.join('\n')}\n`,
  });
  const answer = (await response.json()) as { created?: number };
  if (answer.created !== count) throw new Error(`the load of round ${round} took ${answer.created} of ${count} rows`);
}

/** The window as it lies before its run. */
async function expectedOf(scene: Scene): Promise<Expected> {
  const preview = await scene.client.get<TransferPreview>(`${scene.base}/preview?dataset=connections`);
  const response = await fetch(`${scene.server.ready.http}/api/v1${scene.base}/download?dataset=connections`, {
    headers: { authorization: `Bearer ${scene.token}` },
  });
  return { fileName: preview.fileName, bytes: Buffer.from(await response.arrayBuffer()), rows: preview.count };
}

/** Asks for a run and kills the server, again and again after its restart, one to three times. */
async function runAndKill(scene: Scene, wanted: Expected, report: OutboundCrashReport): Promise<string[]> {
  const { random } = scene;
  const phases: string[] = [];
  for (let kill = 1 + random.below(3); kill > 0; kill--) {
    const request = requestOnce(scene).catch(() => undefined);
    await chosenMoment(scene, wanted, request);
    const gentle = random.below(6) === 0;
    const killedAt = Date.now();
    const gone = once(scene.server.process, 'exit');
    scene.server.process.kill(gentle ? 'SIGTERM' : 'SIGKILL');
    await gone;
    await request;
    const seen = await remoteNames(scene.partner);
    scene.server = await startServer(scene.settings, 'ignore');
    scene.client = openClient({ url: scene.server.ready.http, token: scene.token });
    const phase = await phaseOf(scene, wanted, seen, killedAt);
    report.killedDuring[phase] += 1;
    report[gentle ? 'terms' : 'kills'] += 1;
    phases.push(gentle ? `${phase} (SIGTERM)` : phase);
    if (phase === 'committed') break;
  }
  return phases;
}

/** The transfer of this round, requested unless it has been. */
async function requestOnce(scene: Scene): Promise<void> {
  if ((await ofThisRound(scene)) !== undefined) return;
  await scene.client.send('POST', `${scene.base}/destinations/${scene.destinationId}/run`, {});
}

async function ofThisRound(scene: Scene): Promise<TransferView | undefined> {
  const page = await scene.client.get<{ items: TransferView[] }>(`${scene.base}/transfers`, { limit: 5 });
  return page.items.find((one) => !scene.settled.has(one.id));
}

/** From the request on: some milliseconds, or some after the upload has begun, or right after the file has its name. */
async function chosenMoment(scene: Scene, wanted: Expected, request: Promise<unknown>): Promise<void> {
  const { random, partner } = scene;
  const phase = random.pick(['any', 'upload', 'upload', 'name'] as const);
  if (phase === 'any') return pause(random.below(250));
  await request;
  const isThere = (names: string[]) =>
    names.includes(wanted.fileName) || (phase === 'upload' && names.some((name) => name.startsWith('.causeway-')));
  const deadline = performance.now() + 20_000;
  while (!isThere(await remoteNames(partner)) && performance.now() < deadline) await pause(1);
  await pause(random.below(phase === 'upload' ? 150 : 12));
}

async function phaseOf(scene: Scene, wanted: Expected, seen: string[], killedAt: number): Promise<Phase> {
  const transfer = await ofThisRound(scene);
  if (transfer?.finishedAt && Date.parse(transfer.finishedAt) <= killedAt) return 'committed';
  if (seen.includes(wanted.fileName)) return 'named, not committed';
  return seen.some((name) => name.startsWith('.causeway-')) ? 'upload' : 'before the upload';
}

async function remoteNames(partner: SshdPartner): Promise<string[]> {
  return (await readdir(partner.local(partner.folder))).sort();
}

async function finished(scene: Scene): Promise<TransferView> {
  const deadline = performance.now() + 120_000;
  for (;;) {
    const transfer = await ofThisRound(scene);
    if (transfer === undefined) await requestOnce(scene);
    else if (transfer.status !== 'queued' && transfer.status !== 'running') {
      scene.settled.add(transfer.id);
      return transfer;
    }
    if (performance.now() > deadline) throw new Error('a transfer was not done two minutes after the restart');
    await pause(50);
  }
}

function checkTransfer({ violations }: Scene, sent: TransferView, wanted: Expected, round: number): void {
  const is = {
    status: sent.status,
    rows: sent.rows,
    name: sent.fileName,
    number: sent.windowNumber,
    doubt: sent.inDoubt,
  };
  const must = { status: 'succeeded', rows: wanted.rows, name: wanted.fileName, number: round, doubt: false };
  if (JSON.stringify(is) !== JSON.stringify(must))
    violations.push(
      `round ${round}: ${JSON.stringify(is)} instead of ${JSON.stringify(must)}; ${sent.failure?.detail ?? ''}`,
    );
}

/** Exactly the expected files with their manifests and markers, and nothing else, hidden or not. */
async function checkRemote({ partner, violations }: Scene, expected: readonly Expected[]): Promise<void> {
  const endings = ['', '.manifest.json', '.done'];
  const wanted = new Set(expected.flatMap(({ fileName }) => endings.map((ending) => fileName + ending)));
  const names = await remoteNames(partner);
  for (const name of names) if (!wanted.has(name)) violations.push(`${name} is there and should not be`);
  for (const name of wanted) if (!names.includes(name)) violations.push(`${name} is missing`);
  for (const one of expected) await checkFile(partner, one, violations);
}

async function checkFile(partner: SshdPartner, one: Expected, violations: string[]): Promise<void> {
  const at = (ending: string) => join(partner.local(partner.folder), one.fileName + ending);
  const bytes = await readFile(at('')).catch(() => Buffer.alloc(0));
  if (!bytes.equals(one.bytes))
    violations.push(`${one.fileName}: ${bytes.length} bytes are not the ${one.bytes.length} expected`);
  const sha256 = createHash('sha256').update(one.bytes).digest('hex');
  const done = await readFile(at('.done'), 'utf8').catch(() => '');
  if (done !== `${sha256}  ${one.fileName}\n`) violations.push(`${one.fileName}.done says ${JSON.stringify(done)}`);
  const manifest = JSON.parse(await readFile(at('.manifest.json'), 'utf8').catch(() => '{}')) as Record<
    string,
    unknown
  >;
  if (manifest.sha256 !== sha256 || manifest.fileName !== one.fileName || manifest.rows !== one.rows)
    violations.push(`${one.fileName}.manifest.json does not fit its file`);
}

/** Nothing is left to send, and nothing is open. */
async function checkEnd({ client, base, violations }: Scene, rounds: number): Promise<void> {
  const preview = await client.get<TransferPreview>(`${base}/preview?dataset=connections`);
  if (preview.count !== 0 || preview.startsFrom.kind !== 'watermark')
    violations.push(`the watermark is wrong: ${preview.count} rows would be sent, from ${preview.startsFrom.kind}`);
  const all = await client.list<TransferView>(`${base}/transfers`);
  const windows = all.map((one) => one.windowNumber).sort((a, b) => Number(a) - Number(b));
  if (all.length !== rounds || windows.some((number, index) => number !== index + 1))
    violations.push(`the windows are ${windows.join(', ')}`);
  const chained = all
    .toReversed()
    .every((one, index, list) => index === 0 || one.window?.from === list[index - 1]?.window?.to);
  if (!chained) violations.push('the windows do not follow one another');
}

// The stages of a test and of a transfer in words, and a test as text for an IT department.
// Invariant: the text holds no secret; it has what was observed, as the server's people need it.

import type { DestinationView, FailureView, ProbeView, StageView } from '@api/destinations.ts';
import { keyTypeWords } from './fingerprints.ts';
import type { Tone } from './states.ts';
import { fullTime } from './time.ts';

const titles: Record<string, string> = {
  resolve: 'Look up the name',
  connect: 'Connect to the port',
  banner: 'Greet as SSH',
  'key-exchange': 'Agree on encryption',
  'host-key': 'Check the fingerprint',
  login: 'Log in',
  sftp: 'Start SFTP',
  folder: 'Open the folder',
  write: 'Write a file',
  check: 'Compare its size',
  'read-back': 'Read it back and compare',
  rename: 'Rename it',
  manifest: 'Send the manifest',
  done: 'Send the .done marker',
  delete: 'Delete it',
};

function stageTitle(name: string): string {
  return titles[name] ?? name;
}

/** What a test does, in order. */
export const testStages = [
  'resolve',
  'connect',
  'banner',
  'key-exchange',
  'host-key',
  'login',
  'sftp',
  'folder',
  'write',
  'rename',
  'delete',
] as const;

export type ShownStage = {
  name: string;
  title: string;
  /** `waiting`: still to come. `left-out`: not tried, because an earlier one failed. `person`: a person must confirm first. */
  status: StageView['status'] | 'running' | 'waiting' | 'left-out' | 'person';
  ms: number | null;
  detail: string;
};

const codesForPeople = ['host-key-unverified', 'host-key-changed'];

/** Does the failure wait for somebody to compare a fingerprint? */
export function wantsFingerprint(failure: Pick<FailureView, 'code'> | null): boolean {
  return failure !== null && codesForPeople.includes(failure.code);
}

/** All stages of a test from its start on, so that the list fills and does not grow. */
export function stagesOfTest(probe: Pick<ProbeView, 'status' | 'stages' | 'failure'>): ShownStage[] {
  const names = [...testStages, ...probe.stages.map((stage) => stage.name)];
  const shown = [...new Set<string>(names)].map((name): ShownStage => {
    const stage = probe.stages.findLast((one) => one.name === name);
    if (stage === undefined) return { name, title: stageTitle(name), status: 'waiting', ms: null, detail: '' };
    return { ...stage, title: stageTitle(name), status: statusOf(stage, probe.failure) };
  });
  const next = shown.findIndex((stage) => stage.status === 'waiting');
  const stopped = probe.status === 'failed';
  return shown.map((stage, index) => {
    if (stage.status !== 'waiting') return stage;
    if (stopped) return { ...stage, status: 'left-out' };
    return index === next && probe.status === 'running' ? { ...stage, status: 'running' } : stage;
  });
}

/** The stages of a transfer, as far as it has come. */
export function stagesOfTransfer(stages: StageView[], failure: FailureView | null): ShownStage[] {
  return stages.map((stage) => ({ ...stage, title: stageTitle(stage.name), status: statusOf(stage, failure) }));
}

function statusOf(stage: StageView, failure: FailureView | null): ShownStage['status'] {
  return stage.name === 'host-key' && stage.status === 'failed' && wantsFingerprint(failure) ? 'person' : stage.status;
}

export const stageWords: Record<ShownStage['status'], { word: string; tone: Tone }> = {
  ok: { word: 'Done', tone: 'good' },
  limited: { word: 'Works differently', tone: 'attention' },
  failed: { word: 'Failed', tone: 'bad' },
  running: { word: 'Now', tone: 'busy' },
  waiting: { word: 'To come', tone: 'quiet' },
  'left-out': { word: 'Not tried', tone: 'quiet' },
  person: { word: 'Needs you', tone: 'attention' },
};

/** `138 ms`, `2.1 s`. */
export function stageTime(ms: number): string {
  return ms < 1000 ? `${Math.round(ms)} ms` : `${(ms / 1000).toFixed(1)} s`;
}

/** What is said aloud when a test goes on or ends. */
export function testAnnouncement(probe: Pick<ProbeView, 'status' | 'stages' | 'failure' | 'enabled'>): string {
  if (probe.status === 'passed') return probe.enabled ? 'The test passed. It is on.' : 'The test passed.';
  if (probe.status === 'failed') return `The test stopped. ${probe.failure?.headline ?? ''}`;
  const last = probe.stages.at(-1);
  return last === undefined ? 'The test has begun.' : `${stageTitle(last.name)}: ${stageWords[last.status].word}.`;
}

type TestText = { destination: DestinationView; probe: ProbeView; zone: string };

/** All of a test as text, for a mail or a ticket. */
export function testText({ destination, probe, zone }: TestText): string {
  const lines = [
    `Test of the SFTP server for “${destination.name}” (Causeway)`,
    fullTime(probe.startedAt, zone),
    '',
    ...serverLines(destination),
    '',
    ...failureLines(probe.failure),
    'Steps',
    ...stagesOfTest(probe).map(stageLine),
    ...section(
      'Fingerprints that the server showed',
      probe.fingerprints.flatMap((key) => [
        `${keyTypeWords(key.type)} (${key.type}), ${key.confirmed ? 'confirmed' : 'not confirmed'}`,
        `    ${key.sha256}`,
        `    ${key.md5}`,
      ]),
    ),
    ...section('Facts', factLines(probe.failure)),
  ];
  return `${lines
    .join('\n')
    .replace(/\n{3,}/g, '\n\n')
    .trimEnd()}\n`;
}

function serverLines(destination: DestinationView): string[] {
  return [
    `Host:      ${destination.host}`,
    `Port:      ${destination.port}`,
    `User:      ${destination.username}`,
    `Folder:    ${destination.path}`,
    `Login:     ${destination.auth === 'key' ? `key pair, public half ${currentKey(destination)}` : 'password'}`,
    `Our addresses, for an allow-list: ${destination.egressAddresses.join(', ') || 'ask the operator of Causeway'}`,
  ];
}

function currentKey(destination: DestinationView): string {
  const keys = destination.keys.filter((key) => key.state !== 'retired').map((key) => key.fingerprint);
  return keys.join(' and ') || 'none yet';
}

/** A failure as text: what happened, what was seen, what to do. */
function failureLines(failure: FailureView | null): string[] {
  if (failure === null) return [];
  return [failure.headline, failure.detail, `What to do: ${failure.nextStep}`, `Code: ${failure.code}`, ''];
}

function stageLine(stage: ShownStage): string {
  const time = stage.ms === null ? '' : ` (${stageTime(stage.ms)})`;
  const detail = stage.detail === '' ? '' : ` ${stage.detail}`;
  return `- ${stage.title}: ${stageWords[stage.status].word}${time}.${detail}`;
}

function factLines(failure: FailureView | null): string[] {
  return Object.entries(failure?.facts ?? {}).map(([name, value]) => `${name}: ${factText(value)}`);
}

export function factText(value: FailureView['facts'][string]): string {
  return Array.isArray(value) ? value.join(', ') : String(value);
}

function section(title: string, lines: string[]): string[] {
  return lines.length === 0 ? [] : ['', title, ...lines];
}

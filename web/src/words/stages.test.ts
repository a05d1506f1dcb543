import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { DestinationView, ProbeView, StageView } from '@api/destinations.ts';
import { usualFileOptions } from '../../../src/domain/file-options.ts';
import { probeStages } from '../../../src/domain/remote.ts';
import { stagesOfTest, testAnnouncement, testStages, testText, wantsFingerprint } from './stages.ts';

const at = '2026-11-21T12:00:00.000Z';
const stage = (name: string, status: StageView['status'] = 'ok', detail = ''): StageView => ({
  name,
  status,
  ok: status !== 'failed',
  ms: 12,
  detail,
});
const failure = {
  code: 'authentication-failed',
  headline: 'Authentication failed.',
  detail: 'The server refused the password.',
  nextStep: 'Check the user name and the password.',
  facts: { address: '192.0.2.7', methods: ['publickey', 'password'] },
  mayPass: false,
};
const probe: ProbeView = {
  id: 'p',
  destinationId: 'd',
  status: 'failed',
  ok: false,
  failure,
  stages: [...testStages.slice(0, 5).map((name) => stage(name)), stage('login', 'failed', 'Refused.')],
  fingerprints: [{ type: 'ssh-ed25519', sha256: 'SHA256:abcd', md5: 'MD5:00:11', confirmed: true }],
  enabled: false,
  startedBy: 'Robin Field',
  startedAt: at,
  finishedAt: at,
};

test('a test has the stages of the product, in their order', () => assert.deepEqual(testStages, probeStages));

test('all stages are there from the start: those that ended, the one that runs, those to come', () => {
  const running = { ...probe, status: 'running' as const, failure: null, stages: [stage('resolve'), stage('connect')] };
  const shown = stagesOfTest(running).map((one) => one.status);
  assert.deepEqual(shown, ['ok', 'ok', 'running', ...Array(8).fill('waiting')]);
});

test('after a failure the rest was not tried, and an unconfirmed fingerprint waits for a person instead of failing', () => {
  assert.deepEqual(
    stagesOfTest(probe).map((one) => one.status),
    [...Array(5).fill('ok'), 'failed', ...Array(5).fill('left-out')],
  );
  const unverified = { ...failure, code: 'host-key-unverified' };
  const stopped = {
    ...probe,
    failure: unverified,
    stages: [...testStages.slice(0, 4).map((name) => stage(name)), stage('host-key', 'failed')],
  };
  assert.equal(stagesOfTest(stopped)[4]?.status, 'person');
  assert.ok(wantsFingerprint(unverified) && !wantsFingerprint(failure) && !wantsFingerprint(null));
});

test('what is said aloud follows the test', () => {
  assert.equal(testAnnouncement({ ...probe, status: 'running', stages: [] }), 'The test has begun.');
  assert.equal(
    testAnnouncement({ ...probe, status: 'running', stages: [stage('rename', 'limited')] }),
    'Rename it: Works differently.',
  );
  assert.equal(testAnnouncement(probe), 'The test stopped. Authentication failed.');
  assert.equal(testAnnouncement({ ...probe, status: 'passed', enabled: true }), 'The test passed. It is on.');
});

test('the text for the IT department has server, outcome, stages, fingerprints and facts', () => {
  const destination: DestinationView = {
    id: 'd',
    institution: 'lakeside',
    dataset: 'connections',
    name: 'Connections',
    status: 'draft',
    state: 'Needs you',
    message: '',
    host: 'files.example.edu',
    port: 2222,
    path: '/incoming',
    username: 'causeway',
    auth: 'password',
    hasSecret: true,
    keys: [],
    checkFingerprint: true,
    hostKeyState: 'verified',
    hostKeys: [],
    frequency: 'daily',
    at: '02:00',
    schedule: 'every day at 2:00 am (UTC)',
    timeZone: 'UTC',
    nextRunAt: null,
    since: null,
    startsFrom: { kind: 'beginning', at: null },
    file: usualFileOptions,
    egressAddresses: ['198.51.100.7'],
    lastTransfer: null,
    lastFailure: null,
    createdAt: at,
    updatedAt: at,
  };
  const text = testText({ destination, probe, zone: 'UTC' });
  for (const part of [
    'files.example.edu',
    '2222',
    '/incoming',
    '198.51.100.7',
    'Authentication failed.',
    'What to do: Check the user name and the password.',
    'authentication-failed',
    '- Log in: Failed (12 ms). Refused.',
    '- Rename it: Not tried',
    'SHA256:abcd',
    'MD5:00:11',
    'address: 192.0.2.7',
    'methods: publickey, password',
  ])
    assert.ok(text.includes(part), `${part} is missing in:\n${text}`);
});

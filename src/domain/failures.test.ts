// What was observed, where, and what people are told of it.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { classifyFailure, type FailureContext, failureCauses, failureCodes, failureDictionary } from './failures.ts';
import { type Observation, type ObservationKind, probeStages, type StageName } from './remote.ts';

const about: FailureContext = {
  host: 'sftp.example.edu',
  port: 2222,
  username: 'causeway',
  path: '/incoming',
  auth: 'password',
  egressAddresses: ['203.0.113.10', '2001:db8::10'],
};

const early = ['banner', 'key-exchange', 'host-key', 'login', 'sftp'] as const;
const files = ['folder', 'write', 'check', 'read-back', 'rename', 'delete', 'manifest', 'done'] as const;
const puts = ['write', 'manifest', 'done'] as const;
const others = ['folder', 'check', 'read-back', 'rename', 'delete'] as const;

type Row = [
  kinds: ObservationKind | readonly ObservationKind[],
  stages: readonly StageName[],
  code: string,
  mayPass: boolean,
  words: RegExp,
  about?: Partial<FailureContext>,
];

const confirmed = { hostKeyTypes: ['ssh-ed25519'] };
const lost = ['closed', 'timed-out', 'unreachable'] as const;

const rows: Row[] = [
  ['name-not-found', ['resolve'], 'host-unreachable', true, /sftp\.example\.edu does not exist/],
  [['name-lookup-failed', 'timed-out'], ['resolve'], 'host-unreachable', true, /could not be looked up/],
  ['address-refused-by-rule', ['resolve'], 'address-not-allowed', false, /may not reach/],
  ['connection-refused', ['connect'], 'port-refused', true, /port 2222/],
  ['unreachable', ['connect'], 'host-unreachable', true, /no way/],
  ['timed-out', ['connect'], 'host-unreachable', true, /did not answer on port 2222/],
  ['timed-out', early, 'host-unreachable', true, /took the connection/],
  ['closed', ['connect', 'banner'], 'host-unreachable', true, /before it said anything/],
  ['http-answer', ['banner'], 'transfer-failed', false, /web server answered on port 2222/],
  ['not-ssh', ['banner'], 'transfer-failed', false, /does not speak SSH/],
  ['banner-too-long', ['banner'], 'transfer-failed', false, /kept talking/],
  ['no-common-algorithm', ['key-exchange'], 'transfer-failed', false, /no method of encryption in common/],
  ['no-common-host-key', ['key-exchange'], 'host-key-changed', false, /confirmed type \(ssh-ed25519\)/, confirmed],
  ['no-common-host-key', ['key-exchange'], 'transfer-failed', false, /no host key of a type/],
  ['host-key-not-accepted', ['host-key'], 'host-key-unverified', false, /nobody has confirmed one/],
  ['host-key-not-accepted', ['host-key'], 'host-key-changed', false, /not among the confirmed/, confirmed],
  ['closed', ['key-exchange', 'host-key'], 'transfer-failed', true, /while encryption was being agreed/],
  ['protocol-error', early, 'transfer-failed', true, /not what SSH allows/],
  ['login-refused', ['login'], 'authentication-failed', false, /user causeway with the password/],
  ['login-refused', ['login'], 'authentication-failed', false, /user causeway with our public key/, { auth: 'key' }],
  ['login-method-not-offered', ['login'], 'authentication-failed', false, /no password .* offers: publickey\./],
  ['login-method-not-offered', ['login'], 'authentication-failed', false, /no public key/, { auth: 'key' }],
  ['login-needs-more', ['login'], 'authentication-failed', false, /asks for another: publickey\./],
  ['closed', ['login'], 'authentication-failed', true, /closed the link while causeway was logging in/],
  ['sftp-not-offered', ['sftp'], 'transfer-failed', false, /does not offer SFTP/],
  ['closed', ['sftp'], 'transfer-failed', true, /broke off or went silent/],
  ['no-such-file', ['folder', 'write'], 'transfer-failed', false, /no folder \/incoming/],
  ['no-such-file', ['check', 'read-back', 'rename', 'delete'], 'transfer-failed', true, /no longer where/],
  ['not-a-folder', ['folder', 'write'], 'transfer-failed', false, /\/incoming on sftp\.example\.edu is a file/],
  ['permission-denied', ['folder'], 'transfer-failed', false, /into the folder \/incoming/],
  ['permission-denied', puts, 'transfer-failed', false, /write into the folder \/incoming/],
  ['permission-denied', ['check', 'read-back', 'rename', 'delete'], 'transfer-failed', false, /what a delivery needs/],
  ['no-space', files, 'transfer-failed', true, /no space left/],
  ['target-exists', files, 'transfer-failed', false, /name of the file is taken/],
  ['not-supported', files, 'transfer-failed', false, /does not support/],
  ['refused', puts, 'transfer-failed', true, /refused to take the file.* said: “Quota exceeded for group 7”\./],
  ['refused', others, 'transfer-failed', true, /refused a request/],
  ['size-differs', ['write', 'check', ...puts], 'transfer-failed', true, /another size/],
  ['content-differs', ['read-back'], 'transfer-failed', true, /not what was sent/],
  [lost, files, 'transfer-failed', true, /broke off or went silent/],
  ['protocol-error', files, 'transfer-failed', true, /not what SFTP allows/],
  ['stopped', [...probeStages, ...files], 'transfer-failed', false, /stopped before it was done/],
];

const facts = { offered: ['publickey'], text: 'Quota exceeded for group 7' };

test('every observation at every stage at which it can occur has its code, its words, and whether it may pass', () => {
  for (const [kinds, stages, code, mayPass, words, more] of rows)
    for (const kind of [kinds].flat())
      for (const stage of stages) {
        const failure = classifyFailure({ stage, kind, facts }, { ...about, ...more });
        assert.deepEqual([kind, stage, failure.code, failure.mayPass], [kind, stage, code, mayPass]);
        assert.match(failure.detail, words, `${kind} at ${stage}`);
      }
});

test('the table has every kind of observation, and uses every cause of the dictionary', () => {
  // Complete by its type.
  const all: Record<ObservationKind, true> = {
    'name-not-found': true,
    'name-lookup-failed': true,
    'address-refused-by-rule': true,
    'connection-refused': true,
    unreachable: true,
    'timed-out': true,
    closed: true,
    'not-ssh': true,
    'http-answer': true,
    'banner-too-long': true,
    'no-common-algorithm': true,
    'no-common-host-key': true,
    'protocol-error': true,
    'host-key-not-accepted': true,
    'login-refused': true,
    'login-method-not-offered': true,
    'login-needs-more': true,
    'sftp-not-offered': true,
    'no-such-file': true,
    'not-a-folder': true,
    'permission-denied': true,
    'no-space': true,
    'target-exists': true,
    'not-supported': true,
    refused: true,
    'size-differs': true,
    'content-differs': true,
    stopped: true,
  };
  assert.deepEqual(new Set(rows.flatMap(([kinds]) => kinds)), new Set(Object.keys(all)));
  const told = new Set(
    rows.flatMap(([kinds, stages, , , , more]) =>
      [kinds].flat().flatMap((kind) => stages.map((stage) => nextStepOf({ stage, kind, facts }, more))),
    ),
  );
  assert.equal(told.size, new Set(failureCauses.map((cause) => nextStepOf(sampleOf(cause), contextOf(cause)))).size);
});

function nextStepOf(observation: Observation, more: Partial<FailureContext> = {}): string {
  const { detail, nextStep } = classifyFailure(observation, { ...about, ...more });
  return `${detail} ${nextStep}`;
}

type Cause = (typeof failureCauses)[number];

function sampleOf({ kinds, stages }: Cause): Observation {
  return { stage: stages?.[0] ?? 'rename', kind: kinds[0] ?? 'refused', facts };
}

function contextOf({ only }: Cause): Partial<FailureContext> {
  if (only === 'key') return { auth: 'key' };
  return only === 'confirmed-before' ? confirmed : {};
}

test('headlines say all that an administrator has to check', () => {
  const headline = (code: (typeof failureCodes)[number]) => failureDictionary[code].headline;
  const says = {
    'authentication-failed': [
      /host and the credentials are correct/,
      /public key, that it is installed on your server/,
    ],
    'port-refused': [/port was refused/, /check the port number/],
    'host-unreachable': [
      /can’t be reached/,
      /host is correct/,
      /server accepts connections/,
      /our addresses to its allow-list/,
    ],
    'host-key-unverified': [/Fingerprint checking is on/, /no fingerprint has been confirmed/],
    'host-key-changed': [/New fingerprint detected/, /nobody has confirmed/],
    'transfer-failed': [
      /interrupted network/,
      /insufficient permissions on the path/,
      /no space/,
      /forbidden or non-existent folder/,
      /another cause/,
    ],
    'address-not-allowed': [/not one that this installation may reach/],
  };
  for (const code of failureCodes) for (const words of says[code]) assert.match(headline(code), words);
  const full = classifyFailure({ stage: 'write', kind: 'no-space', facts: {} }, about);
  assert.match(full.headline, /Here: the server has no space left\.$/);
});

test('our addresses stand in the next step, ready for an allow-list', () => {
  const observation = { stage: 'connect', kind: 'timed-out', facts: {} } as const;
  assert.match(classifyFailure(observation, about).nextStep, /\(203\.0\.113\.10, 2001:db8::10\)/);
  const unknown = classifyFailure(observation, { ...about, egressAddresses: [] });
  assert.match(unknown.nextStep, /the operator of Causeway knows them/);
});

test('whatever a server writes is bounded and harmless, and no word of the dictionary stays unfilled', () => {
  const rude = `\u0007${'no room '.repeat(200)}\u202e\ud800\n`;
  for (const stage of [...probeStages, ...files])
    for (const kind of new Set(rows.flatMap(([kinds]) => kinds)))
      for (const auth of ['password', 'key'] as const) {
        const seen = { stage, kind, facts: { text: rude, offered: Array(100).fill(rude), addresses: [rude] } };
        const failure = classifyFailure(seen, { ...about, auth, path: '', username: rude });
        assert.doesNotMatch(`${failure.headline}${failure.detail}${failure.nextStep}`, /\{\w+\}/);
        assert.doesNotMatch(JSON.stringify(failure), /\\u0007|\\ud800|\u202e/);
        assert.ok(JSON.stringify(failure).length < 9000);
        assert.deepEqual([failure.facts.stage, failure.facts.kind], [stage, kind]);
      }
  const odd = classifyFailure({ stage: 'login', kind: 'login-refused', facts: {} }, { ...about, username: '{folder}' });
  assert.match(odd.detail, /the user \{folder\} with/);
});

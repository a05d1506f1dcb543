// Every failure, each against a real server that misbehaves in just that way: what it is called, where it was met, whether it may pass.

import assert from 'node:assert/strict';
import { rmSync, truncateSync, writeFileSync } from 'node:fs';
import { mkdir, writeFile } from 'node:fs/promises';
import { test } from 'node:test';
import { classifyFailure, type Failure, failureCodes } from '../../src/domain/failures.ts';
import {
  type Observation,
  type OpenRemote,
  type RemoteAddress,
  RemoteError,
  type Stage,
} from '../../src/domain/remote.ts';
import { type Delivery, DeliveryError, deliverFile } from '../../src/outbound/deliver-file.ts';
import { openFolder } from '../../src/outbound/open-folder.ts';
import { csvDelivery, filesIn, temporaryName } from '../kit/partners/deliveries.ts';
import { startLink } from '../kit/partners/link.ts';
import { refusingPort, startFullPort, startMisbehaving, type Way } from '../kit/partners/misbehaving.ts';
import { byKey, openPartner, partnerServers } from '../kit/partners/open-session.ts';
import type { Partner } from '../kit/partners/partner.ts';
import { type SshdOptions, type SshdPartner, startSshd } from '../kit/partners/sshd.ts';
import { sshdMissing } from '../kit/partners/sshd-namespace.ts';
import { makeSshKey } from '../kit/ssh-keys.ts';

/** What a row does differently from a delivery that works. */
type Case = {
  open?: Partial<OpenRemote>;
  delivery?: Partial<Delivery> & { rows?: number };
  folder?: string;
  limits?: Parameters<typeof partnerServers>[0];
  allowNetworks?: string[];
  /** The types of confirmed host keys. */
  confirmed?: string[];
  onStage?: (stage: Stage) => void;
};

type Outcome = { failure: Failure; observation: Observation; stages: Stage[] };

/** Connects, looks at the folder, delivers: as a run does, until something fails. */
type To = RemoteAddress & Partial<Pick<Partner, 'username' | 'password'>>;

async function deliver(to: To, wanted: Case = {}): Promise<Outcome> {
  const stages: Stage[] = [];
  const onStage = (stage: Stage) => {
    stages.push(stage);
    wanted.onStage?.(stage);
  };
  const folder = wanted.folder ?? '/upload';
  const partner = { username: 'causeway-partner', password: 'never sent', ...to };
  const options: OpenRemote = {
    ...openPartner(partner, { onStage, hostKeyTypes: wanted.confirmed ?? null }),
    ...wanted.open,
  };
  const observation = await failureOf(async () => {
    const session = await partnerServers(wanted.limits, wanted.allowNetworks).open(options);
    try {
      const found = await openFolder(session, folder, onStage);
      if (found) throw new RemoteError(found);
      const hooks = { onStage, beforeRename: async () => undefined };
      await deliverFile(session, csvDelivery(folder, wanted.delivery), hooks);
    } finally {
      await session.close();
    }
  });
  const auth = options.secret.kind === 'password' ? 'password' : 'key';
  const about = { host: options.host, port: options.port, username: options.username, path: folder, auth } as const;
  const egress = { egressAddresses: ['203.0.113.10'], hostKeyTypes: wanted.confirmed ?? null };
  return { failure: classifyFailure(observation, { ...about, ...egress }), observation, stages };
}

async function failureOf(work: () => Promise<void>): Promise<Observation> {
  try {
    await work();
  } catch (error) {
    if (error instanceof RemoteError || error instanceof DeliveryError) return error.observation;
    throw error;
  }
  throw new Error('it did not fail');
}

type Row = [cause: string, code: Failure['code'], stage: Stage['name'], mayPass: boolean, run: () => Promise<Outcome>];

const misbehaving =
  (way: Way, limits: NonNullable<Case['limits']> = {}) =>
  async () => {
    await using server = await startMisbehaving(way);
    return await deliver(server, { limits });
  };

/** On an sshd with these options; the case may depend on it. */
const onSshd =
  (options: SshdOptions, wanted: Case | ((partner: SshdPartner) => Case | Promise<Case>) = {}) =>
  async () => {
    await using partner = await startSshd(options);
    return await deliver(partner, typeof wanted === 'function' ? await wanted(partner) : wanted);
  };

const refuseKey = () => false;
/** Beyond what a name may be, so that the resolver answers without asking anybody. */
const nowhere = `${'x'.repeat(64)}.invalid`;
const wrongPassword = { open: { secret: { kind: 'password', password: 'wrong' } } } as const;
const large = { rows: 100_000 };

/** Need no server. */
const reaching: Row[] = [
  ['a name that does not resolve', 'host-unreachable', 'resolve', true, () => deliver({ host: nowhere, port: 22 })],
  [
    'an address that is not allowed',
    'address-not-allowed',
    'resolve',
    false,
    async () => deliver(await refusingPort(), { allowNetworks: [] }),
  ],
  ['a port that refuses', 'port-refused', 'connect', true, async () => deliver(await refusingPort())],
  [
    'a port that drops connections',
    'host-unreachable',
    'connect',
    true,
    async () => {
      await using server = await startFullPort();
      return await deliver(server, { limits: { connectTime: 300 } });
    },
  ],
  ['a port that hangs', 'host-unreachable', 'banner', true, misbehaving('hangs', { bannerTime: 300 })],
  [
    'a server that hangs after its banner',
    'host-unreachable',
    'key-exchange',
    true,
    misbehaving('hangs after its banner', { keyExchangeTime: 300 }),
  ],
  ['a port that speaks HTTP', 'transfer-failed', 'banner', false, misbehaving('speaks HTTP')],
  ['a port that speaks FTP', 'transfer-failed', 'banner', false, misbehaving('speaks FTP')],
  ['a banner that never ends', 'transfer-failed', 'banner', false, misbehaving('banner that never ends')],
  ['a line that never ends', 'transfer-failed', 'banner', false, misbehaving('line that never ends')],
  ['a server that closes at once', 'host-unreachable', 'banner', true, misbehaving('closes at once')],
  [
    'a close in the middle of the key exchange',
    'transfer-failed',
    'key-exchange',
    true,
    misbehaving('closes in the key exchange'),
  ],
  ['rubbish after the banner', 'transfer-failed', 'key-exchange', true, misbehaving('sends rubbish')],
];

const onServers: Row[] = [
  [
    'no common algorithm',
    'transfer-failed',
    'key-exchange',
    false,
    onSshd({ config: ['KexAlgorithms diffie-hellman-group14-sha1'] }),
  ],
  [
    'a host key that nobody confirmed',
    'host-key-unverified',
    'host-key',
    false,
    onSshd({}, { open: { acceptHostKey: refuseKey } }),
  ],
  [
    'a changed host key of the same type',
    'host-key-changed',
    'host-key',
    false,
    onSshd({ hostKeys: ['ssh-ed25519'] }, async (partner) => {
      const [pin] = partner.hostKeys;
      await partner.rotateHostKeys(['ssh-ed25519']);
      return { confirmed: ['ssh-ed25519'], open: { acceptHostKey: (key) => key.sha256 === pin?.sha256 } };
    }),
  ],
  [
    'a changed host key of another type',
    'host-key-changed',
    'key-exchange',
    false,
    onSshd({ hostKeys: ['ecdsa-sha2-nistp256'] }, { confirmed: ['ssh-ed25519'] }),
  ],
  ['a wrong password', 'authentication-failed', 'login', false, onSshd({}, wrongPassword)],
  [
    'a wrong password where one attempt is all',
    'authentication-failed',
    'login',
    false,
    onSshd({ config: ['MaxAuthTries 1'] }, wrongPassword),
  ],
  ['an unknown user', 'authentication-failed', 'login', false, onSshd({}, { open: { username: 'nobody-here' } })],
  [
    'a key that is not installed',
    'authentication-failed',
    'login',
    false,
    onSshd({}, async () => ({ open: { secret: byKey((await makeSshKey('ssh-ed25519')).privateKey) } })),
  ],
  ['a password where only keys are taken', 'authentication-failed', 'login', false, onSshd({ login: 'key' })],
  [
    'a key where only passwords are taken',
    'authentication-failed',
    'login',
    false,
    onSshd({ login: 'password' }, ({ key }) => ({ open: { secret: byKey(key.privateKey) } })),
  ],
  [
    'a server that wants a key and a password',
    'authentication-failed',
    'login',
    false,
    onSshd({ login: 'both' }, ({ key }) => ({ open: { secret: byKey(key.privateKey) } })),
  ],
  ['no SFTP', 'transfer-failed', 'sftp', false, onSshd({ sftp: false })],
  [
    'a login that may run nothing',
    'transfer-failed',
    'sftp',
    false,
    onSshd({ sftp: false, config: ['Subsystem sftp /bin/false'] }),
  ],
  ['a missing folder', 'transfer-failed', 'folder', false, onSshd({}, { folder: '/no/such/folder' })],
  [
    'a path that is a file',
    'transfer-failed',
    'folder',
    false,
    onSshd({}, async (partner) => {
      await writeFile(partner.local('/upload/roster.csv'), 'a file');
      return { folder: '/upload/roster.csv' };
    }),
  ],
  [
    'a forbidden folder',
    'transfer-failed',
    'folder',
    false,
    onSshd({ folders: { secret: 'none' } }, { folder: '/secret/inner' }),
  ],
  [
    'a folder that is read-only',
    'transfer-failed',
    'write',
    false,
    onSshd({ folders: { archive: 'read' } }, { folder: '/archive' }),
  ],
  [
    'a disk that fills up',
    'transfer-failed',
    'write',
    true,
    onSshd({ folders: { upload: 262_144 } }, { delivery: large }),
  ],
  [
    'a refusal without a reason',
    'transfer-failed',
    'write',
    true,
    onSshd({}, async (partner) => {
      await mkdir(partner.local(`/upload/${temporaryName}`));
      return {};
    }),
  ],
  [
    'a forced disconnect in the middle of the upload',
    'transfer-failed',
    'write',
    true,
    onSshd({}, (partner) => ({ delivery: { ...large, ...interrupted(() => partner.killSessions()) } })),
  ],
  [
    'a network that goes silent in the middle of the upload',
    'transfer-failed',
    'write',
    true,
    async () => {
      await using partner = await startSshd();
      await using link = await startLink(partner);
      const across = { ...partner, host: link.host, port: link.port };
      const delivery = { ...large, ...interrupted(() => link.freeze()) };
      return await deliver(across, { delivery, limits: { requestTime: 500 } });
    },
  ],
  [
    'a stop in the middle of the upload',
    'transfer-failed',
    'write',
    false,
    onSshd({}, () => {
      const stop = new AbortController();
      return { open: { signal: stop.signal }, delivery: { ...large, ...interrupted(() => stop.abort()) } };
    }),
  ],
  [
    'a file that arrives too short',
    'transfer-failed',
    'check',
    true,
    onSshd(
      {},
      afterWrite((file) => truncateSync(file, 10)),
    ),
  ],
  [
    'a file that vanishes',
    'transfer-failed',
    'check',
    true,
    onSshd(
      {},
      afterWrite((file) => rmSync(file)),
    ),
  ],
  [
    'a file with other bytes',
    'transfer-failed',
    'read-back',
    true,
    onSshd({}, (partner) => ({
      ...afterWrite((file) => writeFileSync(file, 'X', { flag: 'r+' }))(partner),
      delivery: { readBack: true },
    })),
  ],
  [
    'a folder that has the name of the file',
    'transfer-failed',
    'rename',
    false,
    onSshd({}, async (partner) => {
      await mkdir(partner.local('/upload/students.csv'));
      return { delivery: { sameName: 'replace' } };
    }),
  ],
];

/** The bytes of the usual delivery, with something that happens in the middle of them. */
function interrupted(happen: () => unknown): Pick<Delivery, 'open'> {
  const { open } = csvDelivery('', large);
  return {
    async *open() {
      let at = 0;
      for await (const chunk of open()) {
        at += 1;
        if (at === 20) await happen();
        yield chunk;
      }
    },
  };
}

/** Something on the server meddles with the file as soon as it is written. */
function afterWrite(meddle: (file: string) => void) {
  return (partner: SshdPartner): Case => ({
    onStage: ({ name }) => {
      if (name === 'write') meddle(partner.local(`/upload/${temporaryName}`));
    },
  });
}

const met = new Set<string>();

function checkRow([cause, code, stage, mayPass, run]: Row, skip: string | false): void {
  test(`${cause}: ${code} at ${stage}`, { skip }, async () => {
    const { failure, observation, stages } = await run();
    const seen = [cause, failure.code, observation.stage, failure.mayPass];
    assert.deepEqual(seen, [cause, code, stage, mayPass], JSON.stringify(observation));
    assert.deepEqual([stages.at(-1)?.name, stages.at(-1)?.status], [stage, 'failed']);
    assert.equal(failure.facts.kind, observation.kind);
    assert.doesNotMatch(JSON.stringify(failure), /never sent|wrong"|PRIVATE KEY/);
    met.add(failure.code);
  });
}

for (const row of reaching) checkRow(row, false);
for (const row of onServers) checkRow(row, sshdMissing());

test('every failure code was met by a real server', { skip: sshdMissing() }, () => {
  assert.deepEqual(met, new Set(failureCodes));
});

test('a disk that was full has its room again, because what could not be finished was removed', {
  skip: sshdMissing(),
}, async () => {
  await using partner = await startSshd({ folders: { upload: 262_144 } });
  const { failure } = await deliver(partner, { delivery: large });
  assert.equal(failure.facts.kind, 'no-space');
  assert.equal((await filesIn(partner)).size, 0);
});

// Logs in to a destination's server with what it has: a password, one key, or an old and a new key.
// Invariant: a key beyond its time is never offered, and a key that worked as the next one becomes the current one.

import type { Deps } from '../deps.ts';
import { systemActor } from '../domain/actor.ts';
import type { DestinationRecord } from '../domain/destination.ts';
import type { DestinationKeyId } from '../domain/ids.ts';
import { type OpenRemote, RemoteError, type RemoteSession, type Stage } from '../domain/remote.ts';
import { appendAudit } from '../store/audit.ts';
import {
  keysOfDestination,
  makeKeyCurrent,
  markDestinationKeyUsed,
  retireExpiredKeys,
  retireKeys,
} from '../store/destination-keys.ts';
import { lockDestination } from '../store/destinations.ts';
import type { DestinationAccess, LoginKey } from './destination-access.ts';

type Way = Omit<OpenRemote, 'secret'>;
type Login = NonNullable<DestinationAccess['login']>;

/** `reportBoth`: of an old and a new key, each is tried, and the stage `login` says of both. Throws RemoteError. */
export async function logIn(
  remote: Deps['remote'],
  way: Way,
  login: Login,
  reportBoth: boolean,
): Promise<RemoteSession> {
  if (login.kind === 'password') return remote.open({ ...way, secret: login });
  const [next, current] = login.keys;
  if (reportBoth && next && current) return logInWithBoth(remote, way, next, current);
  return remote.open({ ...way, secret: keysSecret(login.keys) });
}

function keysSecret(keys: readonly LoginKey[]): OpenRemote['secret'] {
  return { kind: 'keys', keys: keys.map(({ id, privateKey }) => ({ id, privateKey })) };
}

/** The new key first; the old one after it, in a session of its own that nobody sees but for what the stage says. */
async function logInWithBoth(
  remote: Deps['remote'],
  way: Way,
  next: LoginKey,
  current: LoginKey,
): Promise<RemoteSession> {
  const held: Stage[] = [];
  const hold = (stage: Stage) => {
    if (stage.name === 'login' || held.length > 0) held.push(stage);
    else way.onStage(stage);
  };
  let session: RemoteSession;
  try {
    session = await remote.open({ ...way, secret: keysSecret([next]), onStage: hold });
  } catch (error) {
    if (!isRefusal(error)) {
      for (const stage of held) way.onStage(stage);
      throw error;
    }
    return logInWithOld(remote, way, next, current);
  }
  const oldWorks = await works(remote, way, current);
  const sentence = `${asNew(next)} works. ${asOld(current)} ${oldWorks ? 'still works too' : 'is not accepted'}; it is not needed any more.`;
  for (const stage of held) way.onStage(stage.name === 'login' ? { ...stage, detail: sentence } : stage);
  return session;
}

async function logInWithOld(
  remote: Deps['remote'],
  way: Way,
  next: LoginKey,
  current: LoginKey,
): Promise<RemoteSession> {
  let afterLogin = false;
  const onStage = (stage: Stage) => {
    if (stage.name === 'login') {
      afterLogin = true;
      const detail =
        stage.status === 'failed'
          ? `Neither ${asNew(next)} nor ${asOld(current)} is accepted.`
          : `${asNew(next)} is not accepted yet. ${asOld(current)} still works and serves until ${current.until ?? 'then'}: install the new one before that.`;
      way.onStage({ ...stage, status: stage.status === 'failed' ? 'failed' : 'limited', detail });
    } else if (afterLogin || stage.status === 'failed') way.onStage(stage);
  };
  return remote.open({ ...way, secret: keysSecret([current]), onStage });
}

async function works(remote: Deps['remote'], way: Way, key: LoginKey): Promise<boolean> {
  try {
    const session = await remote.open({ ...way, secret: keysSecret([key]), onStage: () => undefined });
    await session.close();
    return true;
  } catch (error) {
    if (error instanceof RemoteError) return false;
    throw error;
  }
}

function isRefusal(error: unknown): boolean {
  return error instanceof RemoteError && error.observation.kind === 'login-refused';
}

const asNew = (key: LoginKey) => `The new key (${key.fingerprint})`;
const asOld = (key: LoginKey) => `The old key (${key.fingerprint})`;

/** Which key worked: a next one becomes the current one, and the one before it is gone for good. */
export async function recordUsedKey(
  deps: Pick<Deps, 'db' | 'clock' | 'sealer'>,
  { institutionId, id }: DestinationRecord,
  usedKey: string | null,
): Promise<void> {
  const now = deps.clock.now();
  await deps.db.transaction(async (tx) => {
    const destination = await lockDestination(tx, institutionId, id);
    if (!destination || destination.deletedAt) return;
    await retireExpiredKeys(tx, institutionId, id, now);
    if (usedKey === null) return;
    const key = (await keysOfDestination(tx, institutionId, id)).find((one) => one.id === usedKey);
    if (!key || key.state === 'retired') return;
    await markDestinationKeyUsed(tx, institutionId, key.id as DestinationKeyId, now);
    if (key.state !== 'next') return;
    await retireKeys(tx, institutionId, id, ['current']);
    await makeKeyCurrent(tx, institutionId, key.id);
    await appendAudit(tx, institutionId, deps, systemActor, {
      action: 'destination.key-changed-over',
      subject: id,
      facts: { fingerprint: key.fingerprint },
    });
  });
}

// First-run set-up: the first operator is made with a one-time token that the start prints (ruling 40).
// Invariant: as soon as any user exists, no token makes an operator, whatever is still in the database.

import { randomBytes, timingSafeEqual } from 'node:crypto';
import type { Deps } from '../deps.ts';
import { AppError } from '../domain/errors.ts';
import { installationChain, type UserId } from '../domain/ids.ts';
import { appendAudit } from '../store/audit.ts';
import { deleteSetting, getSetting, lockSetting, putSetting } from '../store/settings.ts';
import { getUserAllInstitutions, hasUserAllInstitutions, insertUser, type UserRecord } from '../store/users.ts';
import { insertCheckedUser } from './create-user.ts';
import type { Passwords } from './passwords.ts';
import { actorOf } from './sign-in.ts';
import { startWebSession } from './web-sessions.ts';

const setting = 'setup_token';
type StoredToken = { mac: string };

/** The plain token to print at the start, made anew each time; null when a user exists. */
export async function ensureSetupToken(deps: Pick<Deps, 'db' | 'sealer'>): Promise<string | null> {
  if (!(await isSetupNeeded(deps))) return null;
  const token = randomBytes(20).toString('base64url');
  await putSetting(deps.db, setting, { mac: macOf(deps, token) } satisfies StoredToken);
  return token;
}

export async function isSetupNeeded(deps: Pick<Deps, 'db'>): Promise<boolean> {
  return !(await hasUserAllInstitutions(deps.db));
}

/**
 * Makes the first operator and signs in; gives the user and the secret for the cookie. Throws AppError `setup-done` or
 * `wrong-setup-token`.
 */
export async function finishSetup(
  deps: Pick<Deps, 'db' | 'clock' | 'newId' | 'sealer'> & { passwords: Passwords },
  given: { token: string; name: string; email: string; password: string; address: string },
): Promise<{ user: UserRecord; secret: string }> {
  if (!(await isSetupNeeded(deps))) throw setupDone();
  const mac = macOf(deps, given.token.trim());
  const isRight = (stored: StoredToken | null) => stored !== null && sameText(stored.mac, mac);
  // Asked before the password is hashed, so that guesses cost nothing here, and again under the lock.
  if (!isRight(await getSetting<StoredToken>(deps.db, setting)))
    throw (await isSetupNeeded(deps)) ? wrongToken() : setupDone();
  const passwordHash = await deps.passwords.hash(given.password);
  return deps.db.transaction(async (tx) => {
    const stored = await lockSetting<StoredToken>(tx, setting);
    if (await hasUserAllInstitutions(tx)) throw setupDone();
    if (!isRight(stored)) throw wrongToken();
    const id = deps.newId<UserId>();
    const createdAt = deps.clock.now();
    const row = { id, email: given.email, name: given.name, role: 'operator', passwordHash, createdAt } as const;
    await insertCheckedUser(() => insertUser(tx, null, row));
    await deleteSetting(tx, setting);
    const user = await getUserAllInstitutions(tx, id);
    if (!user) throw new Error('the user just made is not there');
    const secret = await startWebSession(deps, tx, id, given.address);
    await appendAudit(tx, installationChain, deps, actorOf(user), {
      action: 'installation.set-up',
      subject: id,
      facts: { email: given.email, address: given.address },
    });
    return { user, secret };
  });
}

function macOf(deps: Pick<Deps, 'sealer'>, token: string): string {
  return Buffer.from(deps.sealer.mac(token, 'setup-token')).toString('hex');
}

function sameText(a: string, b: string): boolean {
  return a.length === b.length && timingSafeEqual(Buffer.from(a), Buffer.from(b));
}

function setupDone(): AppError {
  return new AppError(
    'conflict',
    'setup-done',
    'This installation has been set up already.',
    'Sign in. If nobody can, make an operator on the server with: npx causeway user create',
  );
}

function wrongToken(): AppError {
  return new AppError(
    'forbidden',
    'wrong-setup-token',
    'This is not the set-up token.',
    'Copy the token that the last start of Causeway printed; each start prints a new one.',
    [{ name: 'token', message: 'Not the token that the last start printed.' }],
  );
}

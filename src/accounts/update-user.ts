// Switches a user on or off, or sets name or password; and people's change of their own password.
// Invariant: an installation keeps an active operator, and a user who is switched off or has a new password is signed out.

import { type Actor, belongsTo } from '../domain/actor.ts';
import { AppError } from '../domain/errors.ts';
import { installationChain, type UserId } from '../domain/ids.ts';
import { appendAudit } from '../store/audit.ts';
import {
  getUserAllInstitutions,
  lockActiveOperatorsAllInstitutions,
  type UserRecord,
  updateUserRow,
} from '../store/users.ts';
import { deleteWebSessionsOfUser } from '../store/web-sessions.ts';
import { isRightPassword, type SignInDeps } from './sign-in.ts';
import { sessionHash } from './web-sessions.ts';

export type UserUpdate = { active?: boolean | undefined; name?: string | undefined; password?: string | undefined };

/** Throws AppError `no-such-user`, `own-account` or `last-operator`. */
export async function updateUser(
  deps: Omit<SignInDeps, 'penalties'>,
  actor: Actor,
  id: UserId,
  update: UserUpdate,
): Promise<UserRecord> {
  const before = await getUserAllInstitutions(deps.db, id);
  if (!before || !mayChange(actor, before)) throw noSuchUser();
  if (actor.kind === 'user' && actor.id === id && (update.active === false || update.password !== undefined))
    throw ownAccount();
  const passwordHash = update.password === undefined ? null : await deps.passwords.hash(update.password);
  return deps.db.transaction(async (tx) => {
    if (before.role === 'operator' && update.active === false) {
      const operators = await lockActiveOperatorsAllInstitutions(tx);
      if (operators.every((one) => one === id)) throw lastOperator();
    }
    const to = { active: update.active ?? null, name: update.name ?? null, passwordHash };
    await updateUserRow(tx, before.institutionId, id, to);
    if (update.active === false || passwordHash) await deleteWebSessionsOfUser(tx, id, null);
    const user = await getUserAllInstitutions(tx, id);
    if (!user) throw noSuchUser();
    await appendAudit(tx, before.institutionId ?? installationChain, deps, actor, {
      action: 'user.updated',
      subject: id,
      facts: { active: update.active, name: update.name, passwordSet: passwordHash !== null },
    });
    return user;
  });
}

/** `session` is the secret of the caller's own cookie, which goes on. Throws AppError `wrong-password` or `not-a-user`. */
export async function changePassword(
  deps: SignInDeps,
  actor: Actor,
  given: { current: string; password: string; address: string; session: string | null },
): Promise<void> {
  const user = actor.kind === 'user' && actor.id ? await getUserAllInstitutions(deps.db, actor.id as UserId) : null;
  if (!user)
    throw new AppError(
      'conflict',
      'not-a-user',
      'A token has no password.',
      'Sign in in the browser to change yours; to replace a token, make a new one and revoke this one.',
    );
  const { current, password, address, session } = given;
  if (!(await isRightPassword(deps, { account: user.email, address, password: current, hash: user.passwordHash })))
    throw new AppError('invalid', 'wrong-password', 'Your present password is not right.', 'Type it again.', [
      { name: 'current', message: 'This is not your present password.' },
    ]);
  const passwordHash = await deps.passwords.hash(password);
  await deps.db.transaction(async (tx) => {
    await updateUserRow(tx, user.institutionId, user.id, { active: null, name: null, passwordHash });
    await deleteWebSessionsOfUser(tx, user.id, session === null ? null : sessionHash(deps.sealer, session));
    await appendAudit(tx, user.institutionId ?? installationChain, deps, actor, {
      action: 'user.password-changed',
      subject: user.id,
    });
  });
}

function mayChange(actor: Actor, user: UserRecord): boolean {
  return user.institutionId === null ? actor.role === 'operator' : belongsTo(actor, user.institutionId);
}

function noSuchUser(): AppError {
  return new AppError('not-found', 'no-such-user', 'There is no such user.', 'Take the id from the list of users.');
}

function ownAccount(): AppError {
  return new AppError(
    'conflict',
    'own-account',
    'This is your own account.',
    'Another administrator can switch it off. You can change your own password under your name.',
  );
}

function lastOperator(): AppError {
  return new AppError(
    'conflict',
    'last-operator',
    'This is the last active operator of the installation.',
    'Make or switch on another operator first.',
  );
}

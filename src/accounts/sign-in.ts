// Signing in with e-mail address and password.
// Invariant: the answer and its time do not tell whether there is such a user.

import type { Deps } from '../deps.ts';
import type { Actor } from '../domain/actor.ts';
import { AppError } from '../domain/errors.ts';
import { installationChain } from '../domain/ids.ts';
import { appendAudit } from '../store/audit.ts';
import { findUserByEmailAllInstitutions, recordSignIn, type UserRecord } from '../store/users.ts';
import type { Passwords } from './passwords.ts';
import type { SignInPenalties } from './sign-in-penalties.ts';
import { startWebSession } from './web-sessions.ts';

export type SignInDeps = Pick<Deps, 'db' | 'clock' | 'sealer' | 'log'> & {
  passwords: Passwords;
  penalties: SignInPenalties;
};

/** The user, and the secret for the cookie. Throws AppError `wrong-credentials`, or TooManyAttempts. */
export async function signIn(
  deps: SignInDeps,
  given: { email: string; password: string; address: string },
): Promise<{ user: UserRecord; secret: string }> {
  const { email, password, address } = given;
  const user = await findUserByEmailAllInstitutions(deps.db, email.trim());
  const hash = user?.active ? user.passwordHash : null;
  if (!(await isRightPassword(deps, { account: email, address, password, hash }))) throw wrongCredentials();
  if (!user) throw wrongCredentials();
  const secret = await deps.db.transaction(async (tx) => {
    const made = await startWebSession(deps, tx, user.id, address);
    await recordSignIn(tx, user.institutionId, user.id, deps.clock.now());
    await appendAudit(tx, user.institutionId ?? installationChain, deps, actorOf(user), {
      action: 'session.started',
      subject: user.id,
      facts: { address },
    });
    return made;
  });
  return { user, secret };
}

/** Does the password belong to the hash? Counts a failure. A null hash stands for an unknown user. */
export async function isRightPassword(
  deps: SignInDeps,
  given: { account: string; address: string; password: string; hash: string | null },
): Promise<boolean> {
  const { account, address, password, hash } = given;
  if (await deps.penalties.attempt(address, account, () => deps.passwords.matches(password, hash))) return true;
  deps.log.warn({ address, knownUser: hash !== null }, 'password refused');
  return false;
}

/** A user as someone who acts. */
export function actorOf(user: UserRecord): Actor {
  return { kind: 'user', id: user.id, name: user.name, role: user.role, institutionId: user.institutionId };
}

function wrongCredentials(): AppError {
  return new AppError(
    'unauthenticated',
    'wrong-credentials',
    'The e-mail address or the password is wrong.',
    'Check both and try again. An administrator of your institution can set a new password for you.',
  );
}

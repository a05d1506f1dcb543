// Makes a user of an institution, or an operator.
// Invariant: the plain password is hashed here and goes no further.

import { isUniqueViolation } from '../db/database-error.ts';
import type { Deps } from '../deps.ts';
import type { Actor, Role } from '../domain/actor.ts';
import { AppError } from '../domain/errors.ts';
import { installationChain, type UserId } from '../domain/ids.ts';
import { appendAudit } from '../store/audit.ts';
import { getUserAllInstitutions, insertUser, type UserRecord } from '../store/users.ts';
import { placeFor } from './membership.ts';
import type { Passwords } from './passwords.ts';

export type NewUserRequest = {
  email: string;
  name: string;
  role: Role;
  /** Slug or id. */
  institution?: string | undefined;
  password: string;
};

/** Throws AppError `email-taken`, `bad-email`, `weak-password`, or what `placeFor` throws. */
export async function createUser(
  deps: Pick<Deps, 'db' | 'clock' | 'newId' | 'sealer'> & { passwords: Passwords },
  actor: Actor,
  wanted: NewUserRequest,
): Promise<UserRecord> {
  if (!/^[^\s@]+@[^\s@]+$/.test(wanted.email)) throw badEmail();
  const institutionId = await placeFor(deps.db, actor, wanted.role, wanted.institution);
  const passwordHash = await deps.passwords.hash(wanted.password);
  const id = deps.newId<UserId>();
  const { email, name, role } = wanted;
  return deps.db.transaction(async (tx) => {
    const row = { id, email, name, role, passwordHash, createdAt: deps.clock.now() };
    await insertCheckedUser(() => insertUser(tx, institutionId, row));
    const user = await getUserAllInstitutions(tx, id);
    if (!user) throw new Error('the user just made is not there');
    await appendAudit(tx, institutionId ?? installationChain, deps, actor, {
      action: 'user.created',
      subject: id,
      facts: { email, name, role },
    });
    return user;
  });
}

/** Runs an insert of a user; an address that is taken becomes AppError `email-taken`. */
export async function insertCheckedUser(insert: () => Promise<void>): Promise<void> {
  try {
    await insert();
  } catch (error) {
    if (!isUniqueViolation(error, 'users_email')) throw error;
    throw new AppError(
      'conflict',
      'email-taken',
      'There is a user with this e-mail address already.',
      'Use another address. One person can belong to one institution only.',
      [{ name: 'email', message: 'This address is taken.' }],
    );
  }
}

function badEmail(): AppError {
  const title = 'This is no e-mail address.';
  return new AppError('invalid', 'bad-email', title, 'Write it like name@example.edu.', [
    { name: 'email', message: title },
  ]);
}

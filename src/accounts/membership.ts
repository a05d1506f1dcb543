// Where a new user or token belongs, and who may give it which role.
// Invariant: nobody gives away more than they have: an admin makes admins and viewers of the own institution only.

import type { Queryable } from '../db/connection.ts';
import type { Actor, Role } from '../domain/actor.ts';
import { AppError } from '../domain/errors.ts';
import type { InstitutionId } from '../domain/ids.ts';
import { findInstitution } from '../store/institutions.ts';

/**
 * The institution for a new user or token (null for an operator). `institution` is a slug or an id, and may be left out by
 * an admin. Throws AppError `role-not-allowed`, `institution-missing`, `operator-has-no-institution` or `no-such-institution`.
 */
export async function placeFor(
  db: Queryable,
  actor: Actor,
  role: Role,
  institution: string | undefined,
): Promise<InstitutionId | null> {
  if (role === 'operator') {
    if (actor.role !== 'operator') throw roleNotAllowed();
    if (institution === undefined) return null;
    throw wrong(
      'operator-has-no-institution',
      'An operator belongs to no institution.',
      'Leave the institution out, or choose the role admin or viewer.',
    );
  }
  if (actor.role === 'viewer') throw roleNotAllowed();
  if (institution === undefined && actor.institutionId !== null) return actor.institutionId;
  if (institution === undefined)
    throw wrong('institution-missing', `A user or token with the role ${role} belongs to an institution.`, 'Name it.');
  const found = await findInstitution(db, institution);
  if (!found || (actor.role !== 'operator' && found.id !== actor.institutionId)) throw noSuchInstitution();
  return found.id;
}

/** Which institution's users or tokens a list shows: null stands for all of them. */
export async function listedInstitution(
  db: Queryable,
  actor: Actor,
  institution: string | undefined,
): Promise<InstitutionId | null> {
  if (institution === undefined) return actor.institutionId;
  const found = await findInstitution(db, institution);
  if (!found || (actor.role !== 'operator' && found.id !== actor.institutionId)) throw noSuchInstitution();
  return found.id;
}

/** The same words whether it does not exist or belongs to others. */
export function noSuchInstitution(): AppError {
  return new AppError(
    'not-found',
    'no-such-institution',
    'There is no such institution, or you do not belong to it.',
    'Check the name in the address; the list of institutions shows those that you may see.',
  );
}

function roleNotAllowed(): AppError {
  return new AppError(
    'forbidden',
    'role-not-allowed',
    'You may not give this role.',
    'An administrator can make administrators and viewers of the own institution; an operator can make everyone.',
    [{ name: 'role', message: 'Not yours to give.' }],
  );
}

function wrong(code: string, title: string, detail: string): AppError {
  return new AppError('invalid', code, title, detail, [{ name: 'institution', message: title }]);
}

// Decides whether who asks may use a route, and for which institution.
// Invariant: whoever does not belong to an institution gets the answer that it gives for one that does not exist.

import type { FastifyRequest } from 'fastify';
import { noSuchInstitution } from '../accounts/membership.ts';
import type { Deps } from '../deps.ts';
import { type Actor, belongsTo } from '../domain/actor.ts';
import { AppError } from '../domain/errors.ts';
import { type ImportId, isUuid, type TransferId } from '../domain/ids.ts';
import { institutionOfImportAllInstitutions } from '../store/imports.ts';
import { findInstitution, getInstitution, type InstitutionRecord } from '../store/institutions.ts';
import { institutionOfTransferAllInstitutions } from '../store/transfers.ts';
import type { Identity } from './call.ts';
import type { Access, Route } from './table/route.ts';

/**
 * The institution of the route, or null where it has none. Throws AppError `sign-in-needed`, `no-such-institution`,
 * `no-such-import`, `no-such-transfer` or `not-allowed`.
 */
export async function authorise(
  deps: Pick<Deps, 'db'>,
  route: Pick<Route, 'path' | 'access'>,
  identity: Identity | null,
  request: FastifyRequest,
): Promise<InstitutionRecord | null> {
  if (route.access === 'public') return null;
  if (!identity) throw signInNeeded();
  const institution = await institutionOf(deps, route.path, identity.actor, request);
  if (!mayUse(route.access, identity.actor)) throw notAllowed(route.access);
  return institution;
}

/** The one table of who may: a role has what stands here, and operators have everything. */
function mayUse(access: Access, actor: Actor): boolean {
  if (actor.role === 'operator') return true;
  if (access === 'operator') return false;
  return access === 'admin' ? actor.role === 'admin' : true;
}

async function institutionOf(
  deps: Pick<Deps, 'db'>,
  path: string,
  actor: Actor,
  request: FastifyRequest,
): Promise<InstitutionRecord | null> {
  const params = request.params as { institution?: string; id?: string };
  if (path.includes('/:institution')) {
    const text = params.institution ?? '';
    const found = text.isWellFormed() && !text.includes('\0') ? await findInstitution(deps.db, text) : null;
    if (!found || !belongsTo(actor, found.id)) throw noSuchInstitution();
    return found;
  }
  if (path.startsWith('/imports/:id')) {
    const id = params.id ?? '';
    const owner = isUuid(id) ? await institutionOfImportAllInstitutions(deps.db, id as ImportId) : null;
    const found = owner && belongsTo(actor, owner) ? await getInstitution(deps.db, owner) : null;
    if (!found) throw noSuchImport();
    return found;
  }
  if (path.startsWith('/transfers/:id')) {
    const id = params.id ?? '';
    const owner = isUuid(id) ? await institutionOfTransferAllInstitutions(deps.db, id as TransferId) : null;
    const found = owner && belongsTo(actor, owner) ? await getInstitution(deps.db, owner) : null;
    if (!found) throw noSuchTransfer();
    return found;
  }
  return null;
}

function signInNeeded(): AppError {
  return new AppError(
    'unauthenticated',
    'sign-in-needed',
    'You are not signed in, or your session has ended.',
    'Sign in again. Programs send an API token as “Authorization: Bearer cwy_…”.',
  );
}

function notAllowed(access: Access): AppError {
  return new AppError(
    'forbidden',
    'not-allowed',
    'Your role does not allow this.',
    access === 'operator'
      ? 'Ask the operator of this installation.'
      : 'A viewer can read and download; ask an administrator of your institution.',
  );
}

export function noSuchImport(): AppError {
  return new AppError(
    'not-found',
    'no-such-import',
    'There is no such import, or you do not belong to its institution.',
    'Take its id from the import history.',
  );
}

export function noSuchTransfer(): AppError {
  return new AppError(
    'not-found',
    'no-such-transfer',
    'There is no such transfer, or you do not belong to its institution.',
    'Take its id from the transfer history.',
  );
}

// What the local commands do, on the database of the configuration.
// Invariant: a server that runs on the same database is left running.

import { randomBytes } from 'node:crypto';
import { createUser } from '../accounts/create-user.ts';
import { openPasswords } from '../accounts/passwords.ts';
import { createToken } from '../accounts/tokens.ts';
import { verifyChain } from '../accounts/verify-audit.ts';
import { withLocalDeps } from '../app.ts';
import type { Deps } from '../deps.ts';
import { type Actor, type Role, systemActor } from '../domain/actor.ts';
import { AppError } from '../domain/errors.ts';
import { installationChain } from '../domain/ids.ts';
import { listInstitutionsAllInstitutions } from '../store/institutions.ts';
import type { Outcome } from './command.ts';
import type { ReadSettings } from './local-commands.ts';

const localActor: Actor = { ...systemActor, name: 'command line' };

type NewUser = { email: string; name: string; role: string; institution?: string; password?: string };
type NewToken = { name: string; role: string; institution?: string };

/** `user create`: a password that was made here is in the answer, once. */
export function makeUser(settings: ReadSettings, options: NewUser): Promise<Outcome> {
  const password = options.password ?? randomBytes(15).toString('base64url');
  return locally(settings, async (deps) => {
    const wanted = { ...options, role: checkedRole(options.role), password };
    const made = await createUser({ ...deps, passwords: openPasswords() }, localActor, wanted);
    const shown = { id: made.id, email: made.email, name: made.name, role: made.role };
    const text = `${made.email} can sign in as ${made.role} with the password ${password}`;
    return { exit: 0, json: { ...shown, ...(options.password ? {} : { password }) }, text };
  });
}

/** `token create`: the secret is in the answer, once. */
export function makeToken(settings: ReadSettings, options: NewToken): Promise<Outcome> {
  return locally(settings, async (deps) => {
    const made = await createToken(deps, localActor, { ...options, role: checkedRole(options.role) });
    const json = { id: made.token.id, name: made.token.name, role: made.token.role, token: made.secret };
    return { exit: 0, json, text: `${made.secret}\n(shown once; ${made.token.role})` };
  });
}

/** `audit verify`: exit 1 when a chain is broken. The heads can be kept and compared later. */
export function verifyAllChains(settings: ReadSettings): Promise<Outcome> {
  return locally(settings, async (deps) => {
    const institutions = await listInstitutionsAllInstitutions(deps.db, { before: null, limit: 100_000 });
    const results = [];
    for (const { id, slug } of [{ id: installationChain, slug: 'installation' }, ...institutions])
      results.push({ chain: slug, ...(await verifyChain(deps, id)) });
    const lines = results.map((result) =>
      result.ok
        ? `${result.chain}: ${result.events} events, unbroken; head ${result.head.seq} ${result.head.hash}`
        : `${result.chain}: BROKEN at event ${result.seq} (${result.fault})`,
    );
    const ok = results.every((result) => result.ok);
    return { exit: ok ? 0 : 1, json: { ok, chains: results }, text: lines.join('\n') };
  });
}

function locally(settings: ReadSettings, work: (deps: Deps) => Promise<Outcome>): Promise<Outcome> {
  const { config, secrets } = settings();
  return withLocalDeps(config, secrets, work);
}

function checkedRole(text: string): Role {
  if (text === 'operator' || text === 'admin' || text === 'viewer') return text;
  throw new AppError('invalid', 'unknown-role', `“${text}” is no role.`, 'Use operator, admin or viewer.');
}

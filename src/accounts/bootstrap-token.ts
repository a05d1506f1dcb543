// The operator token that a new database gets from CAUSEWAY_BOOTSTRAP_TOKEN.
// Invariant: it is made once in the life of a database; revoked, it never works again, whatever the environment says.

import type { Deps } from '../deps.ts';
import { systemActor } from '../domain/actor.ts';
import { AppError } from '../domain/errors.ts';
import { installationChain, type TokenId } from '../domain/ids.ts';
import { appendAudit } from '../store/audit.ts';
import { claimSetting } from '../store/settings.ts';
import { findTokenAllInstitutions, hasOperatorTokenAllInstitutions, insertToken } from '../store/tokens.ts';
import { hasUserAllInstitutions } from '../store/users.ts';
import { tokenHash, tokenHint } from './tokens.ts';

export type BootstrapResult = 'created' | 'present' | 'not-new';

/**
 * `created`: the token works from now on. `present`: it was made before (and may be revoked). `not-new`: the database has
 * operators or their tokens already, so this value was not used. Throws AppError `bootstrap-token-too-short`.
 */
export async function ensureBootstrapToken(
  deps: Pick<Deps, 'db' | 'clock' | 'newId' | 'sealer'>,
  token: string,
): Promise<BootstrapResult> {
  if (token.length < 32 || token.length > 1024)
    throw new AppError(
      'invalid',
      'bootstrap-token-too-short',
      'CAUSEWAY_BOOTSTRAP_TOKEN must have at least 32 characters, and at most 1024.',
      'Make one with: openssl rand -base64 32',
    );
  const hash = tokenHash(deps.sealer, token);
  if (await findTokenAllInstitutions(deps.db, hash)) return 'present';
  return deps.db.transaction(async (tx) => {
    // Of several nodes that start at once, one makes it; the others wait here and find it made.
    const first = await claimSetting(tx, 'bootstrap_token', { at: deps.clock.now() });
    if (!first) return (await findTokenAllInstitutions(tx, hash)) ? 'present' : 'not-new';
    if ((await hasUserAllInstitutions(tx)) || (await hasOperatorTokenAllInstitutions(tx))) return 'not-new';
    const id = deps.newId<TokenId>();
    const hint = tokenHint(token);
    await insertToken(tx, null, {
      id,
      name: 'Bootstrap token',
      role: 'operator',
      hint,
      hash,
      createdBy: systemActor.name,
      createdAt: deps.clock.now(),
      expiresAt: null,
    });
    await appendAudit(tx, installationChain, deps, systemActor, {
      action: 'token.created',
      subject: id,
      facts: { name: 'Bootstrap token', role: 'operator', hint },
    });
    return 'created';
  });
}

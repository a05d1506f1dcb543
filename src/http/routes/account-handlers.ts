// Handlers of set-up, sign-in, users, tokens, the audit log and the installation.
// Invariant: a password or token is never in an answer, but for a new token's own.

import { createUser } from '../../accounts/create-user.ts';
import { listedInstitution } from '../../accounts/membership.ts';
import { finishSetup, isSetupNeeded } from '../../accounts/set-up.ts';
import { type SignInDeps, signIn } from '../../accounts/sign-in.ts';
import { createToken, revokeToken } from '../../accounts/tokens.ts';
import { changePassword, updateUser } from '../../accounts/update-user.ts';
import { endWebSession } from '../../accounts/web-sessions.ts';
import type { Deps } from '../../deps.ts';
import { type InstitutionId, installationChain, type TokenId, type UserId } from '../../domain/ids.ts';
import { issueDictionary } from '../../domain/issues.ts';
import { type AuditEvent, listAuditEvents } from '../../store/audit.ts';
import { getSetting } from '../../store/settings.ts';
import { listTokens, listTokensAllInstitutions, type TokenRecord } from '../../store/tokens.ts';
import { listUsers, listUsersAllInstitutions, type UserRecord } from '../../store/users.ts';
import type { Handlers } from '../call.ts';
import { clearSessionCookie, meOfUser, setSessionCookie } from '../identify.ts';
import { fetchLimit, idCursor, numberCursor, pageOf, shortList } from '../pages.ts';
import type { accountRoutes } from '../table/account-routes.ts';
import { hostKeyViews } from '../views/feed-view.ts';

export function accountHandlers(deps: Deps & SignInDeps): Handlers<typeof accountRoutes> {
  return {
    'setup.show': async () => ({ needed: await isSetupNeeded(deps) }),
    'setup.finish': async ({ body, request, reply }) => {
      const { user, secret } = await finishSetup(deps, { ...body, address: request.ip });
      setSessionCookie(deps, request, reply, secret);
      return meOfUser(user);
    },
    'session.show': async ({ identity }) => identity.me,
    'session.start': async ({ body, request, reply }) => {
      const { user, secret } = await signIn(deps, { ...body, address: request.ip });
      setSessionCookie(deps, request, reply, secret);
      return meOfUser(user);
    },
    'session.end': async ({ identity, request, reply }) => {
      if (identity.session) await endWebSession(deps, identity.session);
      clearSessionCookie(deps, request, reply);
      return undefined;
    },
    'session.password': async ({ body, identity, request }) => {
      await changePassword(deps, identity.actor, { ...body, address: request.ip, session: identity.session });
      return undefined;
    },
    'server.show': async () => ({
      version: deps.installation.version,
      sftp: { ...deps.installation.publicSftp(), hostKeys: await hostKeyViews(deps.db) },
      settleSeconds: (await getSetting<number>(deps.db, 'settle_seconds')) ?? 3,
      egressAddresses: [...deps.installation.egressAddresses],
    }),
    'users.list': async ({ query, identity }) => {
      const of = await listedInstitution(deps.db, identity.actor, query.institution);
      const page = { before: idCursor(query), limit: fetchLimit(query) };
      const users = of ? await listUsers(deps.db, of, page) : await listUsersAllInstitutions(deps.db, page);
      return pageOf(users, query, (user) => user.id, userView);
    },
    'users.create': async ({ body, identity }) => userView(await createUser(deps, identity.actor, body)),
    'users.update': async ({ params, body, identity }) =>
      userView(await updateUser(deps, identity.actor, params.id as UserId, body)),
    'tokens.list': async ({ query, identity }) => {
      const of = await listedInstitution(deps.db, identity.actor, query.institution);
      const page = { before: idCursor(query), limit: fetchLimit(query) };
      const tokens = of ? await listTokens(deps.db, of, page) : await listTokensAllInstitutions(deps.db, page);
      return pageOf(tokens, query, (token) => token.id, tokenView);
    },
    'tokens.create': async ({ body, identity }) => {
      const expiresAt = body.expiresAt === undefined ? undefined : new Date(body.expiresAt);
      const { token, secret } = await createToken(deps, identity.actor, { ...body, expiresAt });
      return { token: tokenView(token), secret };
    },
    'tokens.revoke': async ({ params, identity }) =>
      tokenView(await revokeToken(deps, identity.actor, params.id as TokenId)),
    'audit.installation': async ({ query }) => auditPage(deps, installationChain, query),
    'audit.institution': async ({ query, institution }) => auditPage(deps, institution.id, query),
    'dictionaries.issues': async ({ query }) =>
      shortList(
        issueDictionary.map(({ code, scope, effect, title, explanation, remedy }) => ({
          code,
          scope,
          effect,
          title,
          explanation,
          remedy,
        })),
        query,
      ),
  };
}

async function auditPage(
  deps: Pick<Deps, 'db'>,
  institutionId: InstitutionId,
  query: { limit: number; cursor?: string | undefined },
) {
  const page = { before: numberCursor(query), limit: fetchLimit(query) };
  const events = await listAuditEvents(deps.db, institutionId, page);
  return pageOf(events, query, (event) => event.seq, auditView);
}

function auditView({ seq, at, actor, action, subject, facts }: AuditEvent) {
  return { seq, at: at.toISOString(), actor, action, subject, facts };
}

function userView(user: UserRecord) {
  const { id, email, name, role, active } = user;
  return {
    id,
    email,
    name,
    role,
    institution: user.institution?.slug ?? null,
    active,
    createdAt: user.createdAt.toISOString(),
    lastSignInAt: user.lastSignInAt?.toISOString() ?? null,
  };
}

function tokenView(token: TokenRecord) {
  const { id, name, role, hint, createdBy } = token;
  return {
    id,
    name,
    role,
    institution: token.institution?.slug ?? null,
    hint,
    createdBy,
    createdAt: token.createdAt.toISOString(),
    expiresAt: token.expiresAt?.toISOString() ?? null,
    lastUsedAt: token.lastUsedAt?.toISOString() ?? null,
    revokedAt: token.revokedAt?.toISOString() ?? null,
  };
}

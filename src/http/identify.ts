// Finds out who asks: a bearer token or the cookie of a signed-in browser.
// Invariant: a request that changes something with a cookie comes from our own pages (no forgery across sites).

import type { FastifyReply, FastifyRequest } from 'fastify';
import { actorOf } from '../accounts/sign-in.ts';
import { findToken, tokenActor } from '../accounts/tokens.ts';
import { findWebSession } from '../accounts/web-sessions.ts';
import type { Deps } from '../deps.ts';
import { AppError } from '../domain/errors.ts';
import type { TokenRecord } from '../store/tokens.ts';
import type { UserRecord } from '../store/users.ts';
import type { Identity } from './call.ts';

/** Behind HTTPS the name has a prefix with which browsers refuse a cookie from elsewhere (RFC 6265bis section 4.1.3). */
const secureName = '__Host-causeway';
const plainName = 'causeway';

type IdentifyDeps = Pick<Deps, 'db' | 'clock' | 'sealer' | 'installation'>;

/** Who asks, or null. A token that does not work is AppError `invalid-token`, never nobody. */
export async function identify(deps: IdentifyDeps, request: FastifyRequest): Promise<Identity | null> {
  const header = request.headers.authorization;
  if (header !== undefined) {
    const secret = /^Bearer +([^\s]+)$/i.exec(header)?.[1];
    const token = secret === undefined ? null : await findToken(deps, secret);
    if (!token) throw invalidToken();
    return { actor: tokenActor(token), me: meOfToken(token), session: null };
  }
  const secret = request.cookies[secureName] ?? request.cookies[plainName];
  if (!secret) return null;
  const user = await findWebSession(deps, secret);
  return user && { actor: actorOf(user), me: meOfUser(user), session: secret };
}

/**
 * Refuses a request that another site's page made the browser send. Browsers tell by `Sec-Fetch-Site` or `Origin`; programs
 * send neither and have no cookie that they did not want to send. Reading counts too: a download is work, and leaves a trace.
 */
export function refuseForgery(deps: Pick<Deps, 'installation'>, request: FastifyRequest): void {
  if (request.headers.authorization !== undefined) return;
  const { origin, 'sec-fetch-site': site } = request.headers;
  const reads = request.method === 'GET';
  if (site !== undefined ? site === 'same-origin' || site === 'none' : reads || isOwnOrigin(deps, request, origin))
    return;
  throw new AppError(
    'forbidden',
    'cross-site-request',
    'This request came from a page of another site, so it was not carried out.',
    'Do it from the pages of Causeway. Behind a proxy, CAUSEWAY_PUBLIC_URL must be the address in the browser.',
  );
}

function isOwnOrigin(deps: Pick<Deps, 'installation'>, request: FastifyRequest, origin: string | undefined): boolean {
  if (origin === undefined) return true;
  if (!URL.canParse(origin)) return false;
  return new URL(origin).host === request.host || origin === new URL(deps.installation.publicUrl()).origin;
}

export function setSessionCookie(
  deps: IdentifyDeps,
  request: FastifyRequest,
  reply: FastifyReply,
  secret: string,
): void {
  const secure = isSecure(deps, request);
  reply.setCookie(secure ? secureName : plainName, secret, { path: '/', httpOnly: true, sameSite: 'strict', secure });
}

export function clearSessionCookie(deps: IdentifyDeps, request: FastifyRequest, reply: FastifyReply): void {
  const options = { path: '/', httpOnly: true, sameSite: 'strict' } as const;
  if (isSecure(deps, request)) reply.clearCookie(secureName, { ...options, secure: true });
  reply.clearCookie(plainName, options);
}

/** HTTPS here or at a proxy that is trusted, or the public address is HTTPS and this request was made to it. */
function isSecure(deps: Pick<Deps, 'installation'>, request: FastifyRequest): boolean {
  const publicUrl = new URL(deps.installation.publicUrl());
  return request.protocol === 'https' || (publicUrl.protocol === 'https:' && publicUrl.host === request.host);
}

export function meOfUser(user: UserRecord): Identity['me'] {
  const { id, name, email, role, institution } = user;
  return { id, kind: 'user', name, email, role, institution };
}

function meOfToken(token: TokenRecord): Identity['me'] {
  const { id, name, role, institution } = token;
  return { id, kind: 'token', name, email: null, role, institution };
}

function invalidToken(): AppError {
  return new AppError(
    'unauthenticated',
    'invalid-token',
    'This API token does not work: it is unknown, ended or revoked.',
    'Send it as “Authorization: Bearer cwy_…”; make a new one on the page of API tokens.',
  );
}

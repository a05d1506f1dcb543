// Puts the route table on Fastify: who asks, may they, what came in, what goes out, in this order for every route.
// Invariant: nothing of a body is read before the caller is known to be allowed.

import type { FastifyInstance, FastifyReply, FastifyRequest, RouteShorthandOptions } from 'fastify';
import { z } from 'zod';
import { recordReading } from '../accounts/verify-audit.ts';
import type { Deps } from '../deps.ts';
import { AppError } from '../domain/errors.ts';
import type { InstitutionRecord } from '../store/institutions.ts';
import { authorise } from './authorise.ts';
import type { Download, Identity } from './call.ts';
import { checkedInput } from './checked-input.ts';
import { sendDownload } from './downloads.ts';
import { identify, refuseForgery } from './identify.ts';
import { noteActor } from './request-log.ts';
import { apiPrefix } from './route-table.ts';
import type { Route } from './table/route.ts';

/** What the guard found out, kept with the request until the handler runs. */
type Guarded = { identity: Identity | null; institution: InstitutionRecord | null };

/** A handler as this file sees it; its types are checked where it is written, by `Handlers`. */
export type AnyHandler = (call: never) => Promise<unknown>;

export function registerRoutes(
  app: FastifyInstance,
  deps: Deps,
  table: Readonly<Record<string, Route>>,
  handlers: Readonly<Record<string, AnyHandler>>,
): void {
  for (const [name, route] of Object.entries(table)) {
    const handler = handlers[name];
    if (!handler) throw new Error(`the route ${name} has no handler`);
    const guarded = new WeakMap<FastifyRequest, Guarded>();
    app.route({
      method: route.method,
      url: apiPrefix + route.path,
      // Otherwise a HEAD would do all that the GET does, and throw the answer away.
      exposeHeadRoute: false,
      ...limitOf(route),
      onRequest: async (request) => {
        guarded.set(request, await guard(deps, route, request));
      },
      handler: async (request, reply) => {
        const known = guarded.get(request);
        if (!known) throw new Error('a request came past the guard');
        const call = { ...known, ...inputOf(route, request), request, reply };
        await recordOperatorReading(deps, name, route, call, request);
        return answer(route, reply, await handler(call as never));
      },
    });
  }
}

async function guard(deps: Deps, route: Pick<Route, 'path' | 'access'>, request: FastifyRequest): Promise<Guarded> {
  refuseForgery(deps, request);
  const identity = route.access === 'public' ? null : await identify(deps, request);
  if (identity) noteActor(request, identity.actor);
  return { identity, institution: await authorise(deps, route, identity, request) };
}

function limitOf(route: Route): RouteShorthandOptions {
  return route.perMinute === undefined ? {} : { config: { rateLimit: { max: route.perMinute, timeWindow: 60_000 } } };
}

/** What a route takes that says nothing of it. */
const nothing = z.object({});

function inputOf(route: Route, request: FastifyRequest) {
  return {
    params: route.params && checkedInput(route.params, request.params),
    query: checkedInput(route.query ?? nothing, request.query, { part: 'query' }),
    body: bodyOf(route, request),
  };
}

function bodyOf({ body, answer, elsewhere }: Route, request: FastifyRequest): unknown {
  if (body !== undefined && !(body instanceof z.ZodType)) return undefined;
  const source = { part: 'body', answer: answer instanceof z.ZodType ? answer : undefined, elsewhere } as const;
  return checkedInput(body ?? nothing, request.body ?? {}, source);
}

async function recordOperatorReading(
  deps: Deps,
  name: string,
  route: Route,
  call: Guarded,
  request: FastifyRequest,
): Promise<void> {
  if (!route.showsContacts || !call.identity || !call.institution) return;
  const { id } = request.params as { id?: string };
  // A CRM ID is a value of a contact and must not stand in the log; only ids of ours do.
  await recordReading(deps, call.identity.actor, call.institution.id, {
    route: name,
    subject: id ?? call.institution.id,
  });
}

function answer(route: Route, reply: FastifyReply, value: unknown): FastifyReply {
  reply.header('cache-control', 'no-store');
  if (route.answer === null) return reply.code(204).send();
  if (!(route.answer instanceof z.ZodType)) return sendDownload(reply, route.answer.file, value as Download);
  const parsed = route.answer.safeParse(value);
  if (!parsed.success) {
    const places = parsed.error.issues
      .slice(0, 5)
      .map((issue) => `${issue.path.map(String).join('.')} (${issue.code})`);
    throw new Error(`the answer is not what the route table says: ${places.join(', ')}`);
  }
  return reply
    .code(route.status ?? 200)
    .header('content-type', 'application/json; charset=utf-8')
    .send(JSON.stringify(parsed.data));
}

export function notAvailable(): AppError {
  return new AppError(
    'not-available',
    'not-available',
    'This is not available in this version of Causeway.',
    'The OpenAPI document at /api/openapi.json lists what is.',
  );
}

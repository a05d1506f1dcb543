// One log line per request: what was asked of which route, by whom, with what outcome.
// Invariant: no address part that callers fill, no query, no header and no body is in it.

import type { FastifyInstance, FastifyRequest } from 'fastify';
import type { Actor } from '../domain/actor.ts';

const actors = new WeakMap<FastifyRequest, Actor>();

/** The guard tells who asks, so that the line can name the id. */
export function noteActor(request: FastifyRequest, actor: Actor): void {
  actors.set(request, actor);
}

export function logRequests(app: FastifyInstance): void {
  app.addHook('onResponse', async (request, reply) => {
    const facts = { ...factsOf(request), status: reply.statusCode, ms: Math.round(reply.elapsedTime) };
    if (reply.statusCode >= 500 && reply.statusCode !== 501) request.log.warn(facts, 'request answered');
    else request.log.info(facts, 'request answered');
  });
  app.addHook('onRequestAbort', async (request) => request.log.info(factsOf(request), 'request broken off'));
}

function factsOf(request: FastifyRequest): Record<string, unknown> {
  const actor = actors.get(request);
  return {
    method: request.method,
    route: request.routeOptions.url ?? 'none',
    address: request.ip,
    ...(actor ? { actor: `${actor.kind}:${actor.id}` } : {}),
  };
}

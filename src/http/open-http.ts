// Opens the HTTP edge: Fastify with the API, the web pages, health checks and the request log.
// Invariant: every answer carries the security headers, and every request leaves one log line without its values.

import { randomUUID } from 'node:crypto';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import cookie from '@fastify/cookie';
import multipart from '@fastify/multipart';
import rateLimit from '@fastify/rate-limit';
import fastify, { type FastifyInstance, type FastifyReply, type FastifyRequest, LogController } from 'fastify';
import { openPasswords, type Passwords } from '../accounts/passwords.ts';
import { networkOf, openSignInPenalties, TooManyAttempts } from '../accounts/sign-in-penalties.ts';
import type { Deps } from '../deps.ts';
import { openProbes } from '../outbound/open-probes.ts';
import { pingDatabase } from '../store/settings.ts';
import { openApiDocument } from './open-api.ts';
import { answerError } from './problems.ts';
import { acceptBytes } from './received-file.ts';
import { registerRoutes } from './register-routes.ts';
import { logRequests } from './request-log.ts';
import { routeTable } from './route-table.ts';
import { accountHandlers } from './routes/account-handlers.ts';
import { connectionHandlers } from './routes/connection-handlers.ts';
import { contactHandlers } from './routes/contact-handlers.ts';
import { destinationHandlers } from './routes/destination-handlers.ts';
import { feedHandlers } from './routes/feed-handlers.ts';
import { importHandlers } from './routes/import-handlers.ts';
import { institutionHandlers } from './routes/institution-handlers.ts';
import { notificationHandlers } from './routes/notification-handlers.ts';
import { transferHandlers } from './routes/transfer-handlers.ts';
import { limitBodyTime, usualBodyTime } from './slow-bodies.ts';
import { serveWebFiles } from './web-files.ts';

export type HttpOptions = {
  /** CIDR list of proxies whose forwarded headers count; none by default. */
  trustedProxies?: readonly string[];
  /** Where the built web pages are; web/dist of this installation by default. */
  webDir?: string;
  /** How long a body may take that is no upload, in milliseconds. */
  bodyTime?: number;
  /** Shared with other callers that hash passwords in this process. */
  passwords?: Passwords;
};

export type Http = {
  app: FastifyInstance;
  /** Port 0 takes a free one. `url` has the host that was asked for. */
  listen(host: string, port: number): Promise<{ host: string; port: number; url: string }>;
  /** Ends at once, open requests included. */
  close(): Promise<void>;
};

/** JSON bodies; files are streamed and have no limit here. */
const bodyLimit = 1024 * 1024;

export async function openHttp(deps: Deps, options: HttpOptions = {}): Promise<Http> {
  const app = fastify({
    loggerInstance: deps.log.child({ part: 'http' }),
    logController: new LogController({ disableRequestLogging: true, requestIdLogLabel: 'requestId' }),
    // What cannot even be routed, such as an address that is not UTF-8.
    frameworkErrors: (error, request, reply) =>
      void answerError(error, request as FastifyRequest, reply as FastifyReply),
    genReqId: () => randomUUID(),
    requestIdHeader: false,
    trustProxy: options.trustedProxies?.length ? [...options.trustedProxies] : false,
    bodyLimit,
    routerOptions: { maxParamLength: 1000 },
    // A link on which nothing moves for two minutes is closed; a long upload that moves is not.
    connectionTimeout: 120_000,
    forceCloseConnections: true,
  }) as unknown as FastifyInstance;
  app.setErrorHandler(answerError);
  logRequests(app);
  await app.register(cookie);
  await app.register(rateLimit, {
    global: false,
    keyGenerator: (request) => networkOf(request.ip),
    errorResponseBuilder: (_request, context) => new TooManyAttempts(Math.ceil(context.ttl / 1000)),
  });
  await serveWebFiles(
    app,
    options.webDir ?? join(import.meta.dirname, '../../web/dist'),
    deps.installation.publicUrl(),
  );
  registerHealth(app, deps);
  const document = JSON.stringify(openApiDocument(deps.installation.version));
  app.get('/api/openapi.json', (_request, reply) => reply.type('application/json; charset=utf-8').send(document));

  const bodyTime = options.bodyTime ?? usualBodyTime;
  const passwords = options.passwords ?? openPasswords();
  const probes = openProbes(deps);
  app.addHook('onClose', () => probes.close());
  const accountDeps = { ...deps, passwords, penalties: openSignInPenalties(deps.clock) };
  const handlers = {
    ...accountHandlers(accountDeps),
    ...institutionHandlers(deps),
    ...feedHandlers(deps),
    ...importHandlers(deps),
    ...contactHandlers(deps),
    ...connectionHandlers(deps),
    ...destinationHandlers(deps, probes),
    ...transferHandlers(deps),
    ...notificationHandlers(deps),
  };
  const takesBytes = ([, route]: [string, object]) =>
    'body' in route && typeof route.body === 'object' && 'bytes' in (route.body ?? {});
  const entries = Object.entries(routeTable);
  await app.register(async (scope) => {
    limitBodyTime(scope, bodyTime);
    acceptJson(scope);
    registerRoutes(scope, deps, Object.fromEntries(entries.filter((entry) => !takesBytes(entry))), handlers);
  });
  await app.register(async (scope) => {
    acceptBytes(scope, bodyTime);
    await scope.register(multipart);
    registerRoutes(scope, deps, Object.fromEntries(entries.filter(takesBytes)), handlers);
  });
  await app.ready();
  return {
    app,
    listen: async (host, port) => {
      await app.listen({ host, port });
      const address = app.server.address() as AddressInfo;
      const name = host.includes(':') ? `[${host}]` : host;
      return { host, port: address.port, url: `http://${name}:${address.port}` };
    },
    close: () => app.close(),
  };
}

/** JSON only; an empty body counts as none, so that a POST without input may carry the content type. */
function acceptJson(scope: FastifyInstance): void {
  scope.removeAllContentTypeParsers();
  const parse = scope.getDefaultJsonParser('error', 'error');
  scope.addContentTypeParser('application/json', { parseAs: 'string' }, (request, body, done) =>
    body.length === 0 ? done(null, undefined) : parse(request, body as string, done),
  );
}

function registerHealth(app: FastifyInstance, deps: Pick<Deps, 'db'>): void {
  app.get('/healthz', async (_request, reply) => reply.header('cache-control', 'no-store').send({ status: 'ok' }));
  app.get('/readyz', async (request, reply) => {
    reply.header('cache-control', 'no-store');
    try {
      await pingDatabase(deps.db);
      return { status: 'ready' };
    } catch (error) {
      request.log.warn({ error: (error as Error).name }, 'the database does not answer');
      return reply.code(503).send({ status: 'not ready', reason: 'The database does not answer.' });
    }
  });
}

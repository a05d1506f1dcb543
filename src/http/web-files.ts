// The web pages: static files of web/dist, and index.html for every address that is a page.
// Invariant: files with a hash in their name are cached for ever, everything else is asked for again.

import { createHash } from 'node:crypto';
import { existsSync, readFileSync } from 'node:fs';
import { join, sep } from 'node:path';
import helmet from '@fastify/helmet';
import fastifyStatic from '@fastify/static';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { AppError } from '../domain/errors.ts';

const notBuilt = `<!doctype html><html lang="en"><meta charset="utf-8"><title>Causeway</title>
<p>Causeway is running. Its web pages have not been built: run <code>npm run build</code>, then start it again.</p></html>`;

/** Registers the pages, the security headers of every answer, and what is answered where there is nothing. */
export async function serveWebFiles(app: FastifyInstance, webDir: string, publicUrl: string): Promise<void> {
  const index = join(webDir, 'index.html');
  const built = existsSync(index);
  await app.register(helmet, securityHeaders(built ? readFileSync(index, 'utf8') : '', publicUrl.startsWith('https:')));
  if (built)
    await app.register(fastifyStatic, {
      root: webDir,
      index: 'index.html',
      cacheControl: false,
      setHeaders: (reply, path) => void reply.header('cache-control', cacheOf(path)),
    });
  app.setNotFoundHandler((request, reply) => {
    if (!isPage(request)) throw nothingHere();
    return built ? sendIndex(reply) : reply.type('text/html; charset=utf-8').send(notBuilt);
  });
  if (!built) app.get('/', (_request, reply) => reply.type('text/html; charset=utf-8').send(notBuilt));
}

function sendIndex(reply: FastifyReply): FastifyReply {
  return reply.sendFile('index.html');
}

/** Addresses of pages have no file extension; `/api` and the health checks are none. */
function isPage(request: FastifyRequest): boolean {
  const path = request.url.split('?')[0] ?? '';
  if (request.method !== 'GET' && request.method !== 'HEAD') return false;
  return !/^\/(?:api|assets)(?:\/|$)/.test(path) && !/\.[A-Za-z0-9]{1,8}$/.test(path);
}

function cacheOf(path: string): string {
  return path.includes(`${sep}assets${sep}`) ? 'public, max-age=31536000, immutable' : 'no-cache';
}

function nothingHere(): AppError {
  return new AppError(
    'not-found',
    'no-such-address',
    'There is nothing at this address.',
    'The OpenAPI document at /api/openapi.json lists all addresses of the API.',
  );
}

/** Inline scripts of index.html are allowed by their hash and no others; styles come inline from the component library. */
function securityHeaders(index: string, https: boolean) {
  const inline = [...index.matchAll(/<script>([\s\S]*?)<\/script>/g)].map((match) => match[1] ?? '');
  const hashes = inline.map((script) => `'sha256-${createHash('sha256').update(script).digest('base64')}'`);
  return {
    contentSecurityPolicy: {
      useDefaults: false,
      directives: {
        defaultSrc: ["'self'"],
        scriptSrc: ["'self'", ...hashes],
        styleSrc: ["'self'", "'unsafe-inline'"],
        imgSrc: ["'self'", 'data:'],
        fontSrc: ["'self'", 'data:'],
        connectSrc: ["'self'"],
        objectSrc: ["'none'"],
        baseUri: ["'none'"],
        formAction: ["'self'"],
        frameAncestors: ["'none'"],
      },
    },
    strictTransportSecurity: https ? { maxAge: 31_536_000, includeSubDomains: false } : false,
    referrerPolicy: { policy: 'same-origin' as const },
    xFrameOptions: { action: 'deny' as const },
  };
}

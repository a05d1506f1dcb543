// Ends links whose body does not come to its end: JSON that nobody needs minutes for, and what an early answer left unread.
// Invariant: an upload that somebody may make has no limit of time here; a link on which nothing moves is ended elsewhere.

import type { IncomingMessage } from 'node:http';
import type { FastifyInstance } from 'fastify';

/** A JSON body has at most one MiB; on the slowest line that takes seconds. */
export const usualBodyTime = 30_000;

/** Every request of this scope must be there whole within `milliseconds`, or its link is closed. */
export function limitBodyTime(scope: FastifyInstance, milliseconds: number): void {
  scope.addHook('onRequest', async ({ raw }) => endWhenSlow(raw, milliseconds));
}

/** Closes the link when the request is not there whole after `milliseconds`. */
export function endWhenSlow(raw: IncomingMessage, milliseconds: number): void {
  const hasBody = 'content-length' in raw.headers || 'transfer-encoding' in raw.headers;
  if (!hasBody || raw.readableEnded) return;
  // Destroys the socket, too.
  const timer = setTimeout(() => raw.destroy(), milliseconds);
  timer.unref();
  raw.once('end', () => clearTimeout(timer)).once('close', () => clearTimeout(timer));
}

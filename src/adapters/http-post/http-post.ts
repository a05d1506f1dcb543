// HTTP POST to webhooks.

import type { Connect, HttpPost } from '../../domain/ports.ts';

export function createHttpPost(_options: { connect: Connect }): HttpPost {
  return () => Promise.reject(new Error('not built'));
}

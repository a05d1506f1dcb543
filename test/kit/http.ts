// The HTTP edge on test dependencies, and a short way to call it.
// Invariant: `call` goes through Fastify's inject, which runs everything but the socket.

import { randomUUID } from 'node:crypto';
import type { FeedId } from '../../src/domain/ids.ts';
import { type Http, type HttpOptions, openHttp } from '../../src/http/open-http.ts';
import { makeInstitution, openTestDeps, type TestDeps } from './accounts.ts';

/** JSON as a test reads it: any member, any depth. */
export type Json = ReturnType<typeof JSON.parse>;

export type Answer = {
  status: number;
  /** Parsed JSON, or the text. */
  body: Json;
  text: string;
  headers: Record<string, string | string[] | number | undefined>;
};

export type CallOptions = {
  token?: string | undefined;
  cookie?: string | undefined;
  json?: unknown;
  bytes?: Buffer | string;
  headers?: Record<string, string>;
  address?: string;
};

export type TestHttp = {
  deps: TestDeps;
  http: Http;
  /** `path` is below /api/v1 unless it begins with `//`, which stands for the root. */
  call(method: string, path: string, options?: CallOptions): Promise<Answer>;
  close(): Promise<void>;
};

export async function openTestHttp(
  options: HttpOptions = {},
  installation: { publicUrl?: string } = {},
  given?: TestDeps,
): Promise<TestHttp> {
  const deps = given ?? (await openTestDeps(installation));
  const http = await openHttp(deps, { passwords: deps.passwords, ...options });
  return {
    deps,
    http,
    call: async (method, path, { token, cookie, json, bytes, headers = {}, address } = {}) => {
      const response = await http.app.inject({
        method: method as 'GET',
        url: path.startsWith('//') ? path.slice(1) : `/api/v1${path}`,
        headers: {
          host: 'localhost:8080',
          ...(token === undefined ? {} : { authorization: `Bearer ${token}` }),
          ...(cookie === undefined ? {} : { cookie }),
          ...(json === undefined ? {} : { 'content-type': 'application/json' }),
          ...(bytes === undefined ? {} : { 'content-type': 'application/octet-stream' }),
          ...headers,
        },
        ...(json === undefined ? {} : { payload: JSON.stringify(json) }),
        ...(bytes === undefined ? {} : { payload: bytes }),
        ...(address === undefined ? {} : { remoteAddress: address }),
      });
      const text = response.payload;
      const type = String(response.headers['content-type'] ?? '');
      return {
        status: response.statusCode,
        text,
        body: type.includes('json') ? JSON.parse(text) : text,
        headers: response.headers,
      };
    },
    close: async () => {
      await http.close();
      await deps.close();
    },
  };
}

/** The cookie of an answer as a request sends it, or ''. */
export function cookieOf(answer: Answer): string {
  const header = answer.headers['set-cookie'];
  return String(Array.isArray(header) ? (header[0] ?? '') : (header ?? '')).split(';')[0] ?? '';
}

export type TestFeed = {
  slug: string;
  id: FeedId;
  call(method: string, path: string, json?: unknown): Promise<Answer>;
};

/** A new institution, and a way to call its first feed. */
export async function newTestFeed(t: TestHttp, token: string): Promise<TestFeed> {
  const slug = `school-${randomUUID().slice(0, 8)}`;
  const { feedId } = await makeInstitution(t.deps, slug);
  const root = `/institutions/${slug}/feeds/${feedId}`;
  return { slug, id: feedId, call: (method, path, json) => t.call(method, root + path, { token, json }) };
}

/** What the audit log of an institution tells, newest first. */
export async function auditActions(t: TestHttp, token: string, slug: string): Promise<string[]> {
  const { body } = await t.call('GET', `/institutions/${slug}/audit?limit=1000`, { token });
  return body.items.map((event: { action: string }) => event.action);
}

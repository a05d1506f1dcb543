// The HTTP client of the commands: one function per way of talking to the API.
// Invariant: whatever goes wrong becomes a ProblemError with a problem+json body, so that --json can print it.

import { createReadStream } from 'node:fs';
import { stat } from 'node:fs/promises';
import { Readable } from 'node:stream';
import type { Problem } from '../api/common.ts';

export type ClientConfig = { url: string; token: string | null };

/** A refusal, as the server said it or as the client would say it. */
export class ProblemError extends Error {
  readonly problem: Problem;
  constructor(problem: Problem) {
    super(problem.title);
    this.name = 'ProblemError';
    this.problem = problem;
  }
}

/** A problem of this side: status 0 says that it is no answer of the server. */
export function localProblem(code: string, title: string, detail: string): ProblemError {
  return new ProblemError({ type: 'about:blank', title, status: 0, code, detail });
}

export type Client = {
  get<T>(path: string, query?: Record<string, string | number | undefined>): Promise<T>;
  send<T>(method: 'POST' | 'PUT' | 'PATCH' | 'DELETE', path: string, body?: unknown): Promise<T>;
  /** Sends a file's bytes as they are, streamed. */
  upload<T>(path: string, file: string, query: Record<string, string>): Promise<T>;
  download(path: string, sink: NodeJS.WritableStream, method?: 'GET' | 'POST'): Promise<void>;
  /** All items of a list, page by page, at most `limit`. */
  list<T>(path: string, query?: Record<string, string | undefined>, limit?: number): Promise<T[]>;
};

/** A client for the API below `config.url`. */
export function openClient(config: ClientConfig): Client {
  const request = async (method: string, path: string, init: RequestInit & { duplex?: 'half' } = {}) => {
    const headers = new Headers(init.headers);
    if (config.token) headers.set('authorization', `Bearer ${config.token}`);
    let response: Response;
    try {
      response = await fetch(`${config.url}/api/v1${path}`, { ...init, method, headers });
    } catch {
      throw localProblem(
        'server-unreachable',
        `No Causeway server answers at ${config.url}.`,
        'Start it with “npm start”, or set CAUSEWAY_URL to the address of your server.',
      );
    }
    if (response.status === 401 && config.token === null)
      throw localProblem(
        'token-missing',
        `The server at ${config.url} wants to know who asks.`,
        'Set CAUSEWAY_TOKEN to an API token. “causeway token create” makes one on the machine of the server.',
      );
    if (!response.ok) throw new ProblemError(await problemOf(response));
    return response;
  };
  const json = async <T>(response: Response) => (response.status === 204 ? null : await response.json()) as T;
  const get: Client['get'] = async (path, query = {}) => json(await request('GET', path + queryText(query)));
  return {
    get,
    send: async (method, path, body) =>
      json(
        await request(method, path, {
          headers: body === undefined ? {} : { 'content-type': 'application/json' },
          body: body === undefined ? null : JSON.stringify(body),
        }),
      ),
    upload: async (path, file, query) => {
      const size = (await stat(file)).size;
      return json(
        await request('POST', path + queryText(query), {
          headers: { 'content-type': 'application/octet-stream', 'content-length': String(size) },
          body: Readable.toWeb(createReadStream(file)) as ReadableStream,
          duplex: 'half',
        }),
      );
    },
    download: async (path, sink, method = 'GET') => {
      const response = await request(method, path);
      if (!response.body) return;
      for await (const chunk of response.body) {
        if (!sink.write(chunk)) await new Promise((resolve) => sink.once('drain', resolve));
      }
    },
    list: async <T>(path: string, query: Record<string, string | undefined> = {}, limit = Number.POSITIVE_INFINITY) => {
      const items: T[] = [];
      let cursor: string | undefined;
      do {
        const page: { items: T[]; next: string | null } = await get(path, {
          ...query,
          limit: Math.min(1000, limit - items.length),
          cursor,
        });
        items.push(...page.items);
        cursor = page.next ?? undefined;
      } while (cursor && items.length < limit);
      return items;
    },
  };
}

function queryText(query: Record<string, string | number | undefined>): string {
  const given = Object.entries(query).filter((entry): entry is [string, string | number] => entry[1] !== undefined);
  return given.length === 0 ? '' : `?${new URLSearchParams(given.map(([name, value]) => [name, String(value)]))}`;
}

async function problemOf(response: Response): Promise<Problem> {
  const text = await response.text();
  try {
    return JSON.parse(text) as Problem;
  } catch {
    return {
      type: 'about:blank',
      title: `The server answered ${response.status} and no more.`,
      status: response.status,
      code: 'bad-answer',
      detail: 'Check that CAUSEWAY_URL is the address of a Causeway server, and look into its log.',
    };
  }
}

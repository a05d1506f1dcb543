// The one way to the API: JSON in and out, problem+json becomes ApiProblem.
// Invariant: every refusal and every silence of the server is thrown as an ApiProblem with words for a person.

import type { Problem } from '@api/common.ts';

export type QueryValues = Record<string, string | number | boolean | null | undefined>;

/** A refusal by the API, or no answer at all (`status` 0). The message is its title. */
export class ApiProblem extends Error {
  readonly problem: Problem;
  constructor(problem: Problem) {
    super(problem.title);
    this.name = 'ApiProblem';
    this.problem = problem;
  }
}

const root = '/api/v1';

/** The address of an API path, for links that the browser follows itself (downloads). */
export function apiUrl(path: string, query: QueryValues = {}): string {
  const search = new URLSearchParams();
  for (const [name, value] of Object.entries(query))
    if (value !== undefined && value !== null && value !== '') search.set(name, String(value));
  const text = search.toString();
  return `${root}${path}${text === '' ? '' : `?${text}`}`;
}

/** Reads a resource. */
export async function getJson<T>(path: string, query: QueryValues = {}, signal?: AbortSignal): Promise<T> {
  return answer<T>(await reach(apiUrl(path, query), { signal: signal ?? null }));
}

/** Changes a resource. Without a body nothing is sent; an empty answer becomes undefined. */
export async function sendJson<T>(
  method: 'POST' | 'PUT' | 'PATCH' | 'DELETE',
  path: string,
  body?: unknown,
  query: QueryValues = {},
): Promise<T> {
  const init: RequestInit = { method };
  if (body !== undefined) {
    init.headers = { 'content-type': 'application/json' };
    init.body = JSON.stringify(body);
  }
  return answer<T>(await reach(apiUrl(path, query), init));
}

/** A POST whose answer is a file: saved as the browser saves downloads, under the name that the server gives. */
export async function postForFile(path: string, query: QueryValues): Promise<void> {
  const response = await reach(apiUrl(path, query), { method: 'POST' });
  if (!response.ok) return answer(response);
  const link = document.createElement('a');
  link.href = URL.createObjectURL(await response.blob());
  const name = /filename\*=UTF-8''([^;]+)/.exec(response.headers.get('content-disposition') ?? '')?.[1];
  link.download = decodeURIComponent(name ?? 'export.csv');
  link.click();
  URL.revokeObjectURL(link.href);
}

/** `mapping`: what to read the file with, where the address takes one. */
export type FileBody = { mapping?: unknown; file: Blob; fileName: string };

/**
 * Sends a file as a form. `onProgress` is told the part sent so far, 0 to 1.
 * XMLHttpRequest, because fetch does not tell how far an upload is.
 */
export function sendFile<T>(
  path: string,
  query: QueryValues,
  body: FileBody,
  onProgress?: (part: number) => void,
): Promise<T> {
  const form = new FormData();
  if (body.mapping !== undefined) form.append('mapping', JSON.stringify(body.mapping));
  form.append('file', body.file, body.fileName);
  return new Promise((resolve, reject) => {
    const request = new XMLHttpRequest();
    request.open('POST', apiUrl(path, query));
    request.upload.onprogress = (event) => {
      if (event.lengthComputable && event.total > 0) onProgress?.(event.loaded / event.total);
    };
    request.onerror = () => reject(new ApiProblem(silence()));
    request.onload = () => {
      const value = parsed(request.responseText, request.getResponseHeader('content-type') ?? '');
      if (request.status >= 200 && request.status < 300) resolve(value as T);
      else reject(new ApiProblem(problemOf(value, request.status)));
    };
    request.send(form);
  });
}

async function reach(url: string, init: RequestInit): Promise<Response> {
  try {
    return await fetch(url, { credentials: 'same-origin', ...init });
  } catch (error) {
    if (error instanceof DOMException && error.name === 'AbortError') throw error;
    throw new ApiProblem(silence());
  }
}

async function answer<T>(response: Response): Promise<T> {
  const value = parsed(await response.text(), response.headers.get('content-type') ?? '');
  if (response.ok) return value as T;
  throw new ApiProblem(problemOf(value, response.status));
}

function parsed(text: string, contentType: string): unknown {
  if (text === '' || !contentType.includes('json')) return undefined;
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

function problemOf(value: unknown, status: number): Problem {
  if (typeof value === 'object' && value !== null && 'title' in value && 'code' in value) return value as Problem;
  return {
    type: 'about:blank',
    title: 'Causeway could not do this.',
    status,
    code: `http-${status}`,
    detail: 'The answer had no words that explain it. Try again; if it stays, tell the operator the code below.',
  };
}

function silence(): Problem {
  return {
    type: 'about:blank',
    title: 'Causeway did not answer.',
    status: 0,
    code: 'no-answer',
    detail: 'Check your network. If other pages work, Causeway may be restarting: try again in a minute.',
  };
}

/** What went wrong, in the shape of the API; a thrown bug of the pages gets words too. */
export function problemFrom(error: unknown): Problem {
  if (error instanceof ApiProblem) return error.problem;
  return {
    type: 'about:blank',
    title: 'This page has a fault.',
    status: 0,
    code: 'page-fault',
    detail: error instanceof Error ? error.message : 'Load the page again.',
  };
}

/** Is this the API's answer to somebody who is not signed in? */
export function isSignedOut(error: unknown): boolean {
  return error instanceof ApiProblem && error.problem.status === 401;
}

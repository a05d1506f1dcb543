// Errors as RFC 9457 problem details: the one place where what was thrown becomes an answer.
// Invariant: an answer holds no text of an unknown error, and a log line holds no value of the request.

import type { FastifyBaseLogger, FastifyError, FastifyReply, FastifyRequest } from 'fastify';
import { TooManyAttempts } from '../accounts/sign-in-penalties.ts';
import type { Problem } from '../api/common.ts';
import { DatabaseError } from '../db/database-error.ts';
import { AppError, type ErrorKind } from '../domain/errors.ts';

const statuses: Record<ErrorKind, number> = {
  invalid: 400,
  unauthenticated: 401,
  forbidden: 403,
  'not-found': 404,
  conflict: 409,
  'too-large': 413,
  'too-many': 429,
  'not-available': 501,
};

/** What Fastify itself refuses, in our words: code → status, code, title, detail. */
const ofFastify: Record<string, [status: number, code: string, title: string, detail: string]> = {
  FST_ERR_CTP_BODY_TOO_LARGE: [413, 'body-too-large', 'The request is too large.', 'Send less at once.'],
  FST_ERR_CTP_INVALID_MEDIA_TYPE: [
    415,
    'unsupported-media-type',
    'This kind of content cannot be read here.',
    'Send the content type that the OpenAPI document names for this address.',
  ],
  FST_ERR_CTP_INVALID_JSON_BODY: [
    400,
    'malformed-json',
    'The request body is not valid JSON.',
    'Correct it and send it again.',
  ],
  FST_ERR_CTP_EMPTY_JSON_BODY: [400, 'malformed-json', 'The request has no body.', 'Send a JSON object.'],
  FST_ERR_CTP_INVALID_CONTENT_LENGTH: [
    400,
    'wrong-content-length',
    'The request body has another size than the request says.',
    'Send it again.',
  ],
  FST_ERR_BAD_URL: [400, 'malformed-address', 'The address cannot be read.', 'Check how it is encoded.'],
  FST_ERR_PARAM_LENGTH: [414, 'address-too-long', 'A part of the address is too long.', 'Check the address.'],
  FST_PARTS_LIMIT: [413, 'body-too-large', 'The form has too many parts.', 'Send a mapping and a file.'],
  FST_FILES_LIMIT: [413, 'body-too-large', 'The form has more than one file.', 'Send the files one after the other.'],
  FST_FIELDS_LIMIT: [413, 'body-too-large', 'The form has too many parts.', 'Send a mapping and a file.'],
  FST_INVALID_MULTIPART_CONTENT_TYPE: [
    415,
    'unsupported-media-type',
    'The form cannot be read.',
    'Send multipart/form-data with a boundary.',
  ],
};

/** `type` is a name for the code (RFC 9457 section 3.1.1); it is not an address. */
function newProblem(status: number, code: string, title: string, detail: string): Problem {
  return { type: `urn:causeway:problem:${code}`, title, status, code, detail };
}

const fullDisk = [
  507,
  'no-space',
  'There is no room left on the disk of Causeway.',
  'Tell the operator of this installation. When there is room again, look whether the page shows your change, and try again.',
] as const;

/** The disk of the files, or that of the database. */
function isFullDisk(error: unknown): boolean {
  if (error instanceof DatabaseError) return error.code === '53100';
  return error instanceof Error && 'code' in error && (error.code === 'ENOSPC' || error.code === 'EDQUOT');
}

/** The problem for an error; null when it is a bug that nobody may be told about. */
function problemOf(error: unknown): Problem | null {
  if (error instanceof AppError) {
    const { kind, code, title, detail, fields } = error;
    const problem = newProblem(statuses[kind], code, title, detail);
    return fields.length > 0 ? { ...problem, fields } : problem;
  }
  if (isFullDisk(error)) return newProblem(...fullDisk);
  const { code, statusCode } = error as Partial<FastifyError>;
  const known = ofFastify[code ?? ''];
  if (known) {
    return newProblem(...known);
  }
  // Malformed JSON comes as a plain SyntaxError with a status; its message holds a part of the body.
  if (error instanceof SyntaxError && statusCode === 400)
    return problemOf(Object.assign(new Error(), { code: 'FST_ERR_CTP_INVALID_JSON_BODY' }));
  // What else Fastify and its plugins refuse; their messages may quote the request.
  if (typeof statusCode === 'number' && statusCode >= 400 && statusCode < 500)
    return newProblem(
      statusCode,
      'refused-request',
      'This request cannot be answered as it stands.',
      'Compare its address, headers and body with the OpenAPI document at /api/openapi.json.',
    );
  return null;
}

/** Fastify's error handler. */
export function answerError(error: unknown, request: FastifyRequest, reply: FastifyReply): FastifyReply {
  const problem = problemOf(error);
  if (problem) {
    if (problem.status === fullDisk[0]) request.log.error({ error: describeError(error) }, 'the disk is full');
    if (error instanceof TooManyAttempts) reply.header('retry-after', error.retryAfterSeconds);
    if (problem.status === 401) reply.header('www-authenticate', 'Bearer realm="causeway"');
    return sendProblem(reply, problem);
  }
  logBug(request.log, error);
  const bug = newProblem(
    500,
    'internal-error',
    'Something went wrong inside Causeway.',
    'Look whether the page shows your change, then try again. If it happens again, give the operator the request id: the log has the cause under it.',
  );
  return sendProblem(reply, { ...bug, requestId: request.id });
}

function sendProblem(reply: FastifyReply, problem: Problem): FastifyReply {
  return reply
    .code(problem.status)
    .header('content-type', 'application/problem+json; charset=utf-8')
    .header('cache-control', 'no-store')
    .send(JSON.stringify(problem));
}

function logBug(log: FastifyBaseLogger, error: unknown): void {
  log.error({ error: describeError(error) }, 'request failed');
}

type Described = { name: string; code?: string; message?: string; frames: string[]; cause?: Described };

/** An error for the log. The message of a SyntaxError is left out: those of JSON.parse quote what they could not read. */
export function describeError(error: unknown): Described {
  if (!(error instanceof Error)) return { name: typeof error, frames: [] };
  const { code } = error as { code?: unknown };
  return {
    name: error.name,
    ...(typeof code === 'string' ? { code } : {}),
    ...(error instanceof SyntaxError ? {} : { message: error.message }),
    frames: (error.stack ?? '')
      .split('\n')
      .filter((line) => /^\s+at /.test(line))
      .map((line) => line.trim()),
    ...(error.cause === undefined ? {} : { cause: describeError(error.cause) }),
  };
}

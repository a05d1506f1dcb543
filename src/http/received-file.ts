// Takes a file out of a request: the body as it is, or the part `file` of a form with the part `mapping` before it.
// Invariant: bytes are streamed; what was not read whole ends in an error, never in a shorter file.

import { Socket } from 'node:net';
import { Readable } from 'node:stream';
import type { MultipartFile, MultipartValue } from '@fastify/multipart';
import type { FastifyInstance, FastifyRequest } from 'fastify';
import type { z } from 'zod';
import { AppError } from '../domain/errors.ts';
import { checkedInput, invalidRequest } from './checked-input.ts';
import { endWhenSlow } from './slow-bodies.ts';
import { refuseUnknown } from './unknown-words.ts';

export type ReceivedFile<Mapping> = {
  bytes: AsyncIterable<Uint8Array>;
  /** As the form names it; null for a plain body. */
  fileName: string | null;
  /** Undefined when none was sent. */
  mapping: Mapping | undefined;
};

/** Makes routes of this scope take any content type as a stream; forms are registered beside it. `restTime` in milliseconds. */
export function acceptBytes(scope: FastifyInstance, restTime: number): void {
  scope.removeAllContentTypeParsers();
  scope.addContentTypeParser('*', (_request, payload, done) => done(null, payload));
  // What an early answer left unread is read and thrown away for a while; otherwise the next request on the link would wait
  // for ever.
  scope.addHook('onResponse', async ({ raw }) => {
    if (raw.readableEnded) return;
    raw.unpipe();
    raw.resume();
    endWhenSlow(raw, restTime);
  });
}

/** The file of the request. Throws AppError `invalid-request` when a form has no file or a mapping that is none. */
export async function receivedFile<Shape extends z.ZodType>(
  request: FastifyRequest,
  mappingShape: Shape,
): Promise<ReceivedFile<z.output<Shape>>> {
  if (!request.isMultipart()) {
    const body = request.body instanceof Readable ? request.body : Readable.from([]);
    return { bytes: whole(body), fileName: null, mapping: undefined };
  }
  const parts = request.parts({ limits: { fileSize: Number.POSITIVE_INFINITY, files: 1, fields: 10, parts: 11 } });
  let mapping: z.output<Shape> | undefined;
  const file = await filePart(parts, (field) => {
    if (field.fieldname !== 'mapping') throw unknownPart(field.fieldname, ['mapping', 'file']);
    mapping = checkedInput(mappingShape, parsedField(field)) as z.output<Shape>;
  });
  return { bytes: wholeFile(file, parts), fileName: file.filename ?? null, mapping };
}

/**
 * The file of a request that takes nothing else, and its content type. Throws AppError `invalid-request` or `body-compressed`.
 * Once the bytes are all there, the answer may take its time: the link is not closed for being still.
 */
export async function plainFile(
  request: FastifyRequest,
): Promise<{ bytes: AsyncIterable<Uint8Array>; contentType: string | null }> {
  if (!/^(?:identity)?$/i.test(request.headers['content-encoding'] ?? '')) throw compressedBody();
  if (!request.isMultipart()) {
    const body = request.body instanceof Readable ? request.body : Readable.from([]);
    return { bytes: thenPatient(request, whole(body)), contentType: request.headers['content-type'] ?? null };
  }
  const parts = request.parts({ limits: { fileSize: Number.POSITIVE_INFINITY, files: 1, fields: 10, parts: 11 } });
  const file = await filePart(parts, (field) => {
    throw unknownPart(field.fieldname, ['file']);
  });
  return { bytes: thenPatient(request, wholeFile(file, parts)), contentType: file.mimetype };
}

async function* thenPatient({ raw }: FastifyRequest, bytes: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array> {
  yield* bytes;
  // Node sets it anew for the next request on the link.
  if (raw.socket instanceof Socket) raw.socket.setTimeout(0);
}

/** The part `file` of a form; `onField` is given the parts before it. */
async function filePart(
  parts: AsyncIterator<MultipartFile | MultipartValue>,
  onField: (field: MultipartValue) => void,
): Promise<MultipartFile> {
  for (;;) {
    const { value: part, done } = await parts.next().catch(asBrokenOff);
    if (done || !part) throw invalidRequest([{ name: 'file', message: 'The form has no file.' }]);
    if (part.type === 'file') return part;
    onField(part);
  }
}

/** The bytes of the file part; after them the rest of the form must be there too, or it was cut off. */
async function* wholeFile(part: MultipartFile, parts: AsyncIterator<unknown>): AsyncGenerator<Uint8Array> {
  yield* whole(part.file);
  if (part.file.truncated) throw brokenOff();
  if (!(await parts.next().catch(asBrokenOff)).done)
    throw invalidRequest([{ name: 'file', message: 'Must be the last part of the form.' }]);
}

/** A form with `dryRun` as a part must not be imported for good: settings stand in the address. */
function unknownPart(name: string, known: string[]): AppError {
  return refuseUnknown([{ path: [name], known, near: null }], { part: 'form' });
}

function parsedField(part: MultipartValue): unknown {
  if (typeof part.value !== 'string') return part.value;
  try {
    return JSON.parse(part.value) as unknown;
  } catch {
    throw invalidRequest([{ name: 'mapping', message: 'Is not valid JSON.' }]);
  }
}

/** The bytes to their end, or AppError `upload-broken-off`: the link was lost, or the form is damaged. */
async function* whole(stream: Readable): AsyncGenerator<Uint8Array> {
  try {
    // Not destroyed when the reader has enough: that would close the link before the answer is on it.
    yield* stream.iterator({ destroyOnReturn: false }) as AsyncIterable<Uint8Array>;
  } catch (error) {
    asBrokenOff(error);
  }
}

function asBrokenOff(error: unknown): never {
  // Limits of the form have codes of their own; see `problems.ts`.
  const { code } = error as { code?: unknown };
  if (typeof code === 'string' && /^FST_(PARTS|FILES|FIELDS)_LIMIT$/.test(code)) throw error;
  throw brokenOff();
}

function brokenOff(): AppError {
  return new AppError(
    'invalid',
    'upload-broken-off',
    'The upload broke off, or its form is damaged.',
    'Nothing was kept. Send the file again.',
  );
}

function compressedBody(): AppError {
  return new AppError(
    'invalid',
    'body-compressed',
    'The body of the request is compressed, which cannot be read here.',
    'Nothing was kept. Send it as it is, without a content encoding.',
  );
}

/** At most `limit` bytes as one buffer. Throws AppError `sample-too-large` beyond. */
export async function bufferedSample(bytes: AsyncIterable<Uint8Array>, limit: number): Promise<Buffer> {
  const chunks: Uint8Array[] = [];
  let size = 0;
  for await (const chunk of bytes) {
    size += chunk.length;
    if (size > limit)
      throw new AppError(
        'too-large',
        'sample-too-large',
        `A sample may have at most ${limit >> 10} KiB.`,
        'Send the beginning of the file only.',
      );
    chunks.push(chunk);
  }
  return Buffer.concat(chunks);
}

// The thread that reads files: runs one job after another, and waits whenever its parts are not taken.
// Invariant: it knows no database; what it reads leaves it as buffers that are handed over, not copied.

import { createReadStream } from 'node:fs';
import { stat } from 'node:fs/promises';
import { availableParallelism } from 'node:os';
import { parentPort } from 'node:worker_threads';
import type { ReadOptions } from '../csv/types.ts';
import { rowIds } from '../domain/row-ids.ts';
import { errorRows } from '../inbound/error-file.ts';
import { readFile } from '../inbound/read-file.ts';
import type { ImportIssue } from '../store/import-issues.ts';
import { credits, type FromThread, type ToThread } from './reading-messages.ts';
import { bytesToScanApart, openScanThread } from './scan-thread.ts';

const port = parentPort;
if (!port) throw new Error('this module runs in a worker thread only');

/** Thrown inside a job to leave it when the pool says `stop`. */
class Stopped extends Error {}

const scanner = openScanThread();
let free = 0;
let stopped = false;
let wake: (() => void) | null = null;
let takeIssues: ((issues: ImportIssue[] | null) => void) | null = null;

port.on('message', (message: ToThread) => {
  switch (message.kind) {
    case 'read':
    case 'errors':
      void run(message);
      break;
    case 'credit':
      free += 1;
      break;
    case 'issues':
      takeIssues?.(message.issues);
      break;
    case 'stop':
      stopped = true;
      takeIssues?.(null);
  }
  wake?.();
});

async function run(message: Extract<ToThread, { kind: 'read' | 'errors' }>): Promise<void> {
  free = credits;
  stopped = false;
  try {
    const summary = message.kind === 'read' ? await read(message.job) : await writeErrors(message.job);
    send({ kind: 'done', summary }, summary?.errorFile ? [summary.errorFile.bytes.buffer] : []);
  } catch (error) {
    if (error instanceof Stopped) return send({ kind: 'stopped' });
    const { name, message: text, stack } = error instanceof Error ? error : new Error(String(error));
    const code = error instanceof Error && 'code' in error ? String(error.code) : null;
    send({ kind: 'failed', name, message: text, code, stack: stack ?? '' });
  }
}

async function read(job: Extract<ToThread, { kind: 'read' }>['job']) {
  const openBlocks = await scannedApart(job.path);
  const atPause = () => {
    if (stopped) throw new Stopped();
  };
  const parts = readFile(job, () => bytesOf(job.path), { newId: rowIds(), openBlocks, atPause });
  try {
    for (;;) {
      const next = await parts.next();
      if (next.done) return next.value;
      await credit();
      const part = next.value;
      send({ kind: 'part', part }, part.kind === 'start' ? [] : [part.text.buffer]);
    }
  } finally {
    await parts.return(undefined as never).catch(() => undefined);
  }
}

async function writeErrors(job: Extract<ToThread, { kind: 'errors' }>['job']): Promise<null> {
  const openBlocks = await scannedApart(job.path);
  for await (const bytes of errorRows(bytesOf(job.path), job, wantedIssues(), openBlocks)) {
    await credit();
    send({ kind: 'bytes', bytes }, [bytes.buffer]);
  }
  return null;
}

/** A large file is scanned by another thread while this one works on what that one has found. */
async function scannedApart(path: string): Promise<ReadOptions['openBlocks']> {
  const { size } = await stat(path);
  if (size < bytesToScanApart || availableParallelism() < 2) return undefined;
  return (request) => scanner.scan(path, request);
}

/** Opens the file at once: what takes it must not wait first, or a missing file would end the thread. */
function bytesOf(path: string): AsyncIterable<Uint8Array> {
  return createReadStream(path, { highWaterMark: 256 * 1024 });
}

async function* wantedIssues(): AsyncGenerator<ImportIssue[]> {
  for (;;) {
    const answer = Promise.withResolvers<ImportIssue[] | null>();
    takeIssues = answer.resolve;
    send({ kind: 'want-issues' });
    const issues = await answer.promise;
    takeIssues = null;
    if (stopped) throw new Stopped();
    if (issues === null) return;
    yield issues;
  }
}

/** Waits until a part may be sent. */
async function credit(): Promise<void> {
  while (free === 0 && !stopped) {
    const awake = Promise.withResolvers<void>();
    wake = awake.resolve;
    await awake.promise;
    wake = null;
  }
  if (stopped) throw new Stopped();
  free -= 1;
}

function send(message: FromThread, transfer: ArrayBuffer[] = []): void {
  port?.postMessage(message, transfer);
}

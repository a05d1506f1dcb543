// The thread that finds rows and cells in the bytes of a file, for the thread that reads it.
// Invariant: it waits whenever its blocks are not taken; it does nothing else, so it may wait without a turn of the event loop.

import { closeSync, openSync, readSync } from 'node:fs';
import { parentPort } from 'node:worker_threads';
import type { Block } from '../csv/block.ts';
import type { ScanState } from '../csv/blocks.ts';
import { packBlock } from '../csv/packed-block.ts';
import { blockHashes, rowHasher } from '../csv/row-hash.ts';
import { Scanner } from '../csv/scan.ts';
import { Transcoder } from '../csv/transcode.ts';
import { type FromScanner, roomAt, scannedBlocks, stopAt, type ToScanner } from './scan-messages.ts';

const port = parentPort;
if (!port) throw new Error('this module runs in a worker thread only');

/** Thrown to leave a file that nobody wants any more. */
class Stopped extends Error {}

port.on('message', (message: ToScanner) => {
  try {
    send({ kind: 'end', state: scan(message) });
  } catch (error) {
    if (error instanceof Stopped) return send({ kind: 'stopped' });
    const { name, message: text, stack } = error instanceof Error ? error : new Error(String(error));
    const code = error instanceof Error && 'code' in error ? String(error.code) : null;
    send({ kind: 'failed', name, message: text, code, stack: stack ?? '' });
  }
});

function scan({ path, request, control }: ToScanner): ScanState {
  const room = new Int32Array(control);
  const { rowKey } = request.options;
  const hash = rowKey && rowHasher(rowKey);
  const scanner = new Scanner({ ...request.options, rowKey: null });
  const transcoder = new Transcoder(request.encoding);
  let totalBytes = request.options.startByte;
  const state = (): ScanState => {
    const { rows, lineEnds, finalNewline, endsInsideQuote } = scanner;
    return { rows, lineEnds, finalNewline, endsInsideQuote, totalBytes };
  };
  const sendAll = (blocks: Iterable<Block>): void => {
    for (const block of blocks) {
      // Rows are hashed by the thread that has the time: here while many blocks wait for the reader.
      if (hash && Atomics.load(room, roomAt) < scannedBlocks / 2) block.hashes = blockHashes(hash, block);
      waitForRoom(room);
      const packed = packBlock(block);
      send({ kind: 'block', block: packed, state: state() }, [packed.bytes, packed.index]);
    }
  };
  const file = openSync(path, 'r');
  try {
    const chunk = Buffer.allocUnsafeSlow(request.options.batchBytes);
    for (;;) {
      const length = readSync(file, chunk, 0, chunk.length, totalBytes);
      if (length === 0) break;
      totalBytes += length;
      for (const bytes of transcoder.push(chunk.subarray(0, length))) sendAll(scanner.push(bytes));
    }
    sendAll(scanner.push(transcoder.end()));
    sendAll(scanner.end());
    return state();
  } finally {
    closeSync(file);
  }
}

function waitForRoom(room: Int32Array): void {
  while (Atomics.load(room, stopAt) === 0 && Atomics.load(room, roomAt) <= 0) Atomics.wait(room, roomAt, 0);
  if (Atomics.load(room, stopAt) !== 0) throw new Stopped();
  Atomics.sub(room, roomAt, 1);
}

function send(message: FromScanner, transfer: ArrayBuffer[] = []): void {
  port?.postMessage(message, transfer);
}

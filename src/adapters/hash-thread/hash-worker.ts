// The thread that hashes: running SHA-256 by number.
// Invariant: answers in the order in which it was asked; nothing of a message is kept after its answer.

import { createHash, type Hash } from 'node:crypto';
import { parentPort } from 'node:worker_threads';
import type { FromHashThread, ToHashThread } from './hash-messages.ts';

const hashes = new Map<number, Hash>();

function hashOf(number: number): Hash {
  const known = hashes.get(number);
  if (known !== undefined) return known;
  const hash = createHash('sha256');
  hashes.set(number, hash);
  return hash;
}

function answer(message: FromHashThread): void {
  parentPort?.postMessage(message);
}

parentPort?.on('message', (message: ToHashThread) => {
  if (message.kind === 'update') {
    const hash = hashOf(message.hash);
    for (const buffer of message.buffers) hash.update(buffer);
    return answer(null);
  }
  const hash = hashes.get(message.hash);
  hashes.delete(message.hash);
  if (message.kind === 'digest') answer(new Uint8Array((hash ?? createHash('sha256')).digest()));
});

// Compares a file on a server with the stored one.
// Invariant: what cannot be read is never taken for equal.

import { createHash } from 'node:crypto';
import { RemoteError, type RemoteSession } from '../domain/remote.ts';
import { isRefusal } from './remote-work.ts';

/** Bytes as they are to stand on the server; `open` may be called again. `sha256` in hex. */
export type Content = { size: number; sha256: string; open(): AsyncIterable<Uint8Array> };

/** `part`: it is a beginning of ours, shorter than the whole; `unreadable`: the server lets nobody read it. */
export type Comparison = 'whole' | 'part' | 'other' | 'unreadable';

/** What stands at `path`, held against `content`. A lost link is thrown as RemoteError. */
export async function compareRemote(session: RemoteSession, path: string, content: Content): Promise<Comparison> {
  const hash = createHash('sha256');
  let size = 0;
  try {
    for await (const chunk of session.read(path)) {
      size += chunk.length;
      if (size > content.size) return 'other';
      hash.update(chunk);
    }
  } catch (error) {
    if (isRefusal(error)) return 'unreadable';
    throw error;
  }
  const found = hash.digest('hex');
  if (size === content.size) return found === content.sha256 ? 'whole' : 'other';
  return found === (await hashOfBeginning(content, size)) ? 'part' : 'other';
}

async function hashOfBeginning(content: Content, size: number): Promise<string> {
  const hash = createHash('sha256');
  let left = size;
  if (left > 0)
    for await (const chunk of content.open()) {
      hash.update(chunk.subarray(0, left));
      left -= chunk.length;
      if (left <= 0) break;
    }
  return hash.digest('hex');
}

/**
 * The bytes of `content` as they are sent; throws when they are not those that were recorded, so that a damaged stored file
 * never gets its name on a server. That is not the server's failure, and no RemoteError.
 */
export async function* checkedBytes(content: Content): AsyncGenerator<Uint8Array> {
  const hash = createHash('sha256');
  let size = 0;
  for await (const chunk of content.open()) {
    hash.update(chunk);
    size += chunk.length;
    yield chunk;
  }
  if (size !== content.size || hash.digest('hex') !== content.sha256)
    throw new Error('the stored file is not what was recorded of it');
}

/** A small file made in memory. */
export function contentOf(bytes: Uint8Array): Content {
  return {
    size: bytes.length,
    sha256: createHash('sha256').update(bytes).digest('hex'),
    async *open() {
      yield bytes;
    },
  };
}

/** The observation of a file that is not as it was sent. The stage is that of the work around it. */
export function differs(kind: 'size-differs' | 'content-differs', path: string, expected: number, found: number) {
  return new RemoteError({ stage: 'check', kind, facts: { path, expectedBytes: expected, foundBytes: found } });
}

// Owns where blocks come from: by default the scanner in this thread; a caller may have another thread scan.
// Invariant: the blocks of a file are the same wherever it is scanned, and so is what is known of it when the last one was given.
import type { Block } from './block.ts';
import { Scanner, type ScanOptions } from './scan.ts';
import type { ByteSource } from './source.ts';
import type { Encoding } from './types.ts';

/** What is known of a file so far, the last block that was given included. */
export interface ScanState {
  /** Rows of any kind. */
  readonly rows: number;
  readonly lineEnds: { readonly crlf: number; readonly lf: number; readonly cr: number };
  readonly finalNewline: boolean;
  readonly endsInsideQuote: boolean;
  readonly totalBytes: number;
}

/** A file to scan from behind its byte order mark of `options.startByte` bytes. */
export interface ScanRequest {
  encoding: Encoding;
  options: ScanOptions;
}

export interface BlockSource {
  /** One pass; a block is valid until the next one is asked for. */
  readonly blocks: AsyncGenerator<Block, void, undefined>;
  readonly state: ScanState;
  /** May be called again and again. */
  close(): Promise<void>;
}

/** Scans in this thread. */
export function scanHere(input: ByteSource, { encoding, options }: ScanRequest): BlockSource {
  const scanner = new Scanner(options);
  async function* blocks(): AsyncGenerator<Block, void, undefined> {
    for await (const bytes of input.bytes(encoding, options.startByte)) yield* scanner.push(bytes);
    yield* scanner.end();
  }
  const state: ScanState = {
    get rows() {
      return scanner.rows;
    },
    get lineEnds() {
      return scanner.lineEnds;
    },
    get finalNewline() {
      return scanner.finalNewline;
    },
    get endsInsideQuote() {
      return scanner.endsInsideQuote;
    },
    get totalBytes() {
      return input.totalBytes;
    },
  };
  return { blocks: blocks(), state, close: () => input.close() };
}

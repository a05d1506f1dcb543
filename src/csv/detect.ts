// Owns the guess of a dialect from the beginning of a file.
// Invariant: a guess only says how to read; no row is lost by it, for the reader counts what stands above the header.
import { expectedFound, findHeader, looseLabels } from './find-header.ts';
import { HEADER_WINDOW, SAMPLE_BYTES } from './limits.ts';
import { readSample, type Sample } from './sample.ts';
import { markLength, sniffEncoding, sniffSignature } from './sniff-encoding.ts';
import { Transcoder } from './transcode.ts';
import type { Delimiter, Dialect, Encoding, Signature } from './types.ts';

const DELIMITERS: readonly Delimiter[] = [',', '\t', ';', '|'];

export interface DetectOptions {
  /** `start` is the whole file. */
  whole: boolean;
  /** See ReadOptions. */
  expectedLabels?: readonly string[] | undefined;
  /** What is given here is not guessed. */
  dialect?: Partial<Dialect> | undefined;
}

export interface Detection {
  dialect: Dialect;
  signature: Signature | null;
}

/** `start`: the first bytes of the file, of which at most 256 KiB are looked at. Never throws. */
export function detect(start: Uint8Array, options: DetectOptions): Detection {
  const bytes = start.subarray(0, SAMPLE_BYTES);
  const whole = options.whole && start.length <= SAMPLE_BYTES;
  const pinned = options.dialect ?? {};
  const expected = looseLabels(options.expectedLabels ?? []);
  const encoding = pinned.encoding ?? sniffEncoding(bytes);
  const text = sampleText(bytes, encoding);
  const samples = (pinned.delimiter === undefined ? DELIMITERS : [pinned.delimiter]).map((delimiter) => {
    const quote = pinned.quote === undefined ? '"' : pinned.quote;
    const sample = readSample(text, { delimiter, quote, encoding, whole });
    // A stray quote that swallows most of the sample says nothing of delimiters.
    if (quote === null || sample.covered > 0.5) return sample;
    const plain = readSample(text, { delimiter, quote: null, encoding, whole });
    return { ...plain, hasQuotes: true };
  });
  const sample = bestSample(samples, expected);
  const header = sample.head[findHeader(sample.head, expected)];
  const dialect: Dialect = {
    encoding,
    delimiter: sample.delimiter,
    quote: sample.hasQuotes ? '"' : null,
    lineEnd: sample.lineEnd,
    headerRow: header?.row ?? 0,
    ...definedOnly(pinned),
  };
  return { dialect, signature: sniffSignature(bytes) };
}

function sampleText(bytes: Uint8Array, encoding: Encoding): Uint8Array {
  const transcoder = new Transcoder(encoding);
  return Buffer.concat([...transcoder.push(bytes.subarray(markLength(bytes, encoding)))]);
}

function definedOnly(pinned: Partial<Dialect>): Partial<Dialect> {
  return Object.fromEntries(Object.entries(pinned).filter(([, value]) => value !== undefined));
}

/** The samples stand in order of preference: comma first, and a later one must be better to win. */
function bestSample(samples: readonly Sample[], expected: ReadonlySet<string>): Sample {
  const most = samples.map((sample) => Math.max(0, ...sample.head.map((row) => expectedFound(row.cells, expected))));
  const top = Math.max(...most);
  const decided = top > 0 && top >= Math.min(2, expected.size);
  let best = samples[0] as Sample;
  let bestScore = 0;
  samples.forEach((sample, index) => {
    if (decided && most[index] !== top) return;
    // With a wrong delimiter quotes stand in the middle of cells.
    const stray = sample.strayQuotes / Math.max(1, sample.widths.length);
    const score = evenness(sample.widths) * (1 - 0.6 * stray) + (decided ? 1 : 0);
    if (score <= bestScore) return;
    best = sample;
    bestScore = score;
  });
  return best;
}

/**
 * 0 to 1: how much these rows look like a table of two or more columns. The commonest width counts, in all rows and in those
 * from the first of this width on (titles stand above), and wide tables more than narrow ones, for a comma in a sentence
 * makes two cells.
 * A width that few rows have is no table: `c0`, `v0`, `a;b` is one column.
 */
function evenness(widths: readonly number[]): number {
  const rowsOf = new Map<number, number>();
  for (const width of widths) if (width > 1) rowsOf.set(width, (rowsOf.get(width) ?? 0) + 1);
  let best = 0;
  for (const [width, count] of rowsOf) {
    const share = count / widths.length;
    const above = widths.indexOf(width);
    const tail = count / (widths.length - above);
    const isBelowTitles = width > 2 && count > 1 && tail >= 0.7 && above < HEADER_WINDOW;
    if (share <= 0.5 && !isBelowTitles) continue;
    best = Math.max(best, (share + tail) * 0.5 * (1 - 1 / width));
  }
  return best;
}

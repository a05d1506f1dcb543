// Which of the two formats a load has.
// Invariant: what was looked at comes again from `bytes`, so that no line or row is lost by looking.

import { AppError } from '../domain/errors.ts';

export type LoadFormat = 'ndjson' | 'csv';

const formats: Readonly<Record<string, LoadFormat>> = {
  'application/x-ndjson': 'ndjson',
  'application/ndjson': 'ndjson',
  'application/jsonl': 'ndjson',
  'application/x-jsonlines': 'ndjson',
  'application/jsonlines': 'ndjson',
  'application/json': 'ndjson',
  'text/csv': 'csv',
  'application/csv': 'csv',
};

/** So many blank bytes are looked past. */
const mostBlanks = 64 << 10;

/**
 * By the content type where it names one of the two; else by the first byte that is not blank: `{` begins NDJSON. Throws AppError
 * `json-array` for what begins with `[`: read line by line, thousands of records in brackets would be one bad row, or as
 * many bad rows as they have lines.
 */
export async function loadFormat(
  source: AsyncIterable<Uint8Array>,
  contentType: string | null,
): Promise<{ format: LoadFormat; bytes: AsyncIterable<Uint8Array> }> {
  const named = formats[(contentType ?? '').split(';')[0]?.trim().toLowerCase() ?? ''];
  if (named === 'csv') return { format: named, bytes: source };
  const input = source[Symbol.asyncIterator]();
  const looked: Uint8Array[] = [];
  let size = 0;
  let first: number | undefined;
  while (first === undefined && size < mostBlanks) {
    const next = await input.next();
    if (next.done === true) break;
    looked.push(next.value);
    first = firstByte(next.value, size);
    size += next.value.length;
  }
  if (first === openingBracket) throw jsonArray();
  const isJson = first === undefined || first === openingBrace;
  return { format: named ?? (isJson ? 'ndjson' : 'csv'), bytes: replayed(looked, input) };
}

const openingBrace = 0x7b;
const openingBracket = 0x5b;

const blanks = new Set([0x20, 0x09, 0x0a, 0x0d]);
const mark = new Set([0xef, 0xbb, 0xbf]);

/** Undefined when all bytes are blank. A byte order mark at the beginning of the load is no text. */
function firstByte(chunk: Uint8Array, before: number): number | undefined {
  return chunk.find((byte, at) => !blanks.has(byte) && !(before + at < 3 && mark.has(byte)));
}

async function* replayed(looked: readonly Uint8Array[], rest: AsyncIterator<Uint8Array>): AsyncGenerator<Uint8Array> {
  let isDone = false;
  try {
    yield* looked;
    for (;;) {
      const next = await rest.next();
      if (next.done === true) break;
      yield next.value;
    }
    isDone = true;
  } finally {
    if (!isDone) await rest.return?.();
  }
}

function jsonArray(): AppError {
  return new AppError(
    'invalid',
    'json-array',
    'This is one JSON array, and not one JSON object on each line.',
    "Nothing was loaded. Write each record as an object on a line of its own (NDJSON), without the brackets around all of them and without commas between the lines; “jq -c '.[]' FILE” makes that of an array. Or send CSV.",
  );
}

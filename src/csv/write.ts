// Owns rows to bytes by RFC 4180 §2. Invariant: what is written is read back as the same cells; nothing is added to a cell or
// taken from it, and a character that the encoding cannot hold is reported.
import { WINDOWS_1252_HIGH } from './decode.ts';
import { LIST_LENGTH } from './limits.ts';
import type { Encoding, Unencodable, WriteOptions } from './types.ts';

const LINE_ENDS = { crlf: '\r\n', lf: '\n', cr: '\r' };
const MARK = '\ufeff';
const BLOCK_CHARACTERS = 64 << 10;

/** Collects rows; `take()` gives the bytes of those added since the last time. */
export interface CsvWriter {
  add(cells: readonly string[]): void;
  /** Characters that wait to be taken. */
  readonly waiting: number;
  take(): Buffer;
  unencodable(): Unencodable;
}

export function createCsvWriter(options: WriteOptions = {}): CsvWriter {
  const { delimiter = ',', quote = 'minimal', lineEnd = 'crlf', encoding = 'utf-8' } = options;
  const end = LINE_ENDS[lineEnd];
  const special = new RegExp(`["\\r\\n\ufeff${delimiter}]`);
  const found = { count: 0, first: [] as { row: number; column: number; character: string }[] };
  let text = encoding === 'utf-8' || encoding === 'windows-1252' ? '' : MARK;
  let row = 0;

  const quoted = (cell: string): string =>
    quote === 'all' || special.test(cell) ? `"${cell.replaceAll('"', '""')}"` : cell;

  const replaced = (cell: string, column: number): string =>
    Array.from(cell, (character) => {
      if (isEncodable(character, encoding)) return character;
      found.count++;
      if (found.first.length < LIST_LENGTH) found.first.push({ row, column, character });
      return '?';
    }).join('');

  return {
    add(cells) {
      row++;
      const joined = cells.join(delimiter);
      const kept = isEncodable(joined, encoding) ? cells : cells.map((cell, index) => replaced(cell, index + 1));
      // A row of one blank cell would be a blank row.
      if (joined === '' && cells.length === 1) text += `""${end}`;
      else if (kept === cells && quote === 'minimal' && isPlain(joined, delimiter, cells.length)) text += joined + end;
      else text += kept.map(quoted).join(delimiter) + end;
    },
    get waiting() {
      return text.length;
    },
    take() {
      const bytes = encode(text, encoding);
      text = '';
      return bytes;
    },
    unencodable: () => ({ count: found.count, first: [...found.first] }),
  };
}

/**
 * Writes rows in pieces of about 64 KiB. `onEnd` is told what could not be encoded, before the last piece is given.
 * Nothing is buffered beyond a piece: pull slowly and rows are pulled slowly.
 */
export async function* writeCsv(
  rows: Iterable<readonly string[]> | AsyncIterable<readonly string[]>,
  options: WriteOptions = {},
  onEnd?: (unencodable: Unencodable) => void,
): AsyncGenerator<Buffer, void, undefined> {
  const writer = createCsvWriter(options);
  for await (const cells of rows) {
    writer.add(cells);
    if (writer.waiting >= BLOCK_CHARACTERS) yield writer.take();
  }
  onEnd?.(writer.unencodable());
  if (writer.waiting > 0) yield writer.take();
}

const QUOTE_OR_END = /["\r\n\ufeff]/;

/** No cell of this row needs quotes. */
function isPlain(joined: string, delimiter: string, cells: number): boolean {
  if (QUOTE_OR_END.test(joined)) return false;
  let delimiters = 0;
  for (let at = joined.indexOf(delimiter); at >= 0; at = joined.indexOf(delimiter, at + 1)) delimiters++;
  return delimiters === cells - 1;
}

const BEYOND_ASCII = /[^\0-\x7f]/;
const TO_WINDOWS_1252 = new Map([...WINDOWS_1252_HIGH].map((character, index) => [character, 0x80 + index]));
const NOT_WINDOWS_1252 = new RegExp(`[^\\0-\\x7f\\xa0-\\xff${WINDOWS_1252_HIGH}]`, 'u');
const IN_C1 = new RegExp(`[${WINDOWS_1252_HIGH}]`, 'g');

/** Has the encoding every character of the text? */
export function isEncodable(text: string, encoding: Encoding): boolean {
  if (encoding !== 'windows-1252') return text.isWellFormed();
  return !BEYOND_ASCII.test(text) || !NOT_WINDOWS_1252.test(text);
}

/** The bytes of a text that is encodable, without a byte order mark. */
export function encode(text: string, encoding: Encoding): Buffer {
  if (encoding === 'utf-16le') return Buffer.from(text, 'utf16le');
  if (encoding === 'utf-16be') return Buffer.from(text, 'utf16le').swap16();
  if (encoding !== 'windows-1252' || !BEYOND_ASCII.test(text)) return Buffer.from(text);
  return Buffer.from(
    text.replace(IN_C1, (character) => String.fromCharCode(TO_WINDOWS_1252.get(character) as number)),
    'latin1',
  );
}

// Owns the words between the reader, the writer and their callers: dialect, rows, problems as data.
// Invariant: every row of a file is exactly one of preamble, header, blank or data, and is counted as such.

import type { BlockSource, ScanRequest } from './blocks.ts';

/** Latin-1 is read as windows-1252. Pure ASCII is `utf-8`. */
export type Encoding = 'utf-8' | 'utf-8-bom' | 'utf-16le' | 'utf-16be' | 'windows-1252';
export type Delimiter = ',' | '\t' | ';' | '|';
export type LineEnd = 'crlf' | 'lf' | 'cr' | 'mixed';

/** How a file is written. `quote` is null when no cell is quoted; `headerRow` is 0 when the file has no row at all. */
export interface Dialect {
  encoding: Encoding;
  delimiter: Delimiter;
  quote: '"' | null;
  lineEnd: LineEnd;
  /** As a spreadsheet shows it: the first row is 1, blank rows count, a multi-line cell does not add rows. */
  headerRow: number;
}

type ProblemScope = 'file' | 'header' | 'row' | 'cell';

/** A place in the file. `row` and `line` start at 1, `byte` at 0 (a byte order mark counts); `column` starts at 1. */
export interface Place {
  row: number;
  line: number;
  byte: number;
  column?: number;
}

/** What is known beyond the place, by code. `first…` lists hold at most 20 entries; `count` is always exact. */
interface ProblemFacts {
  /** Nothing but blank rows, or nothing at all. */
  'empty-file': { bytes: number; blankRows: number };
  /** A header and nothing below it. */
  'no-data-rows': { preambleRows: number; blankRows: number };
  /** Rows above the header. `wide` of them have as many filled cells as the body: data may have been left out. */
  'preamble-skipped': { count: number; firstRow: number; lastRow: number; wide: number };
  'delimiter-not-comma': { delimiter: Delimiter };
  /**
   * `mixed`: cells that are not in the encoding of the file; each was read in the other one (`readAs`).
   * `replaced`: code units that are no text in UTF-16, read as U+FFFD. `undefined`: bytes that windows-1252 does not define.
   * `nul`: cells with U+0000, which is left in the cell (PostgreSQL cannot store it).
   */
  'bad-encoding': {
    kind: 'mixed' | 'replaced' | 'undefined' | 'nul';
    encoding: Encoding;
    readAs: Encoding;
    count: number;
    first: readonly Place[];
  };
  /** Rows without any text, before, within or after the data. */
  'blank-row': { count: number; firstRows: readonly number[] };
  /** Columns without a label. `filled` = data cells with text in them; 0 means a wholly blank column. `columns` start at 1. */
  'blank-label': { columns: readonly number[]; filled: number };
  /** The same label more than once (compared trimmed). `columns` start at 1. */
  'duplicate-label': { columns: readonly number[] };
  /**
   * `short`: missing cells were added as blank. `long-blank`: extra cells were blank and are dropped (one problem for the
   * file). `long`: the row has more text than the header has labels; nothing is dropped, the importer decides.
   */
  'column-count-mismatch': {
    kind: 'short' | 'long' | 'long-blank';
    expected: number;
    found: number;
    count?: number;
    firstRows?: readonly number[];
  };
  /**
   * `text-after-quote`: `"abc"def`; the cell is kept as it stands, quotes included. `open-quote`: opened and never closed.
   * `rows-inside`: a closed cell holds `rowsInside` lines that look like rows of this file. `lines` = lines the row covers.
   */
  'malformed-quoting': { kind: 'text-after-quote' | 'open-quote' | 'rows-inside'; lines: number; rowsInside: number };
  /** What is beyond the limit was dropped; `bytes` and `cells` are the true sizes of the row. */
  'row-too-large': { limit: 'cell' | 'row' | 'columns'; bytes: number; cells: number };
}

type ReadingCode = keyof ProblemFacts;

/** A problem as data. `label` and `value` hold text of the file: never log them. `column` starts at 1. */
export type Problem<C extends ReadingCode = ReadingCode> = {
  [K in C]: {
    code: K;
    scope: ProblemScope;
    row?: number;
    line?: number;
    byte?: number;
    column?: number;
    label?: string;
    value?: string;
    facts: ProblemFacts[K];
  };
}[C];

export interface Header {
  row: number;
  line: number;
  byte: number;
  /** As read: decoded, untrimmed, blank ones included; `cells[i]` of a row belongs to `labels[i]`. */
  labels: string[];
  /** How many of `expectedLabels` were found in this row (case, spaces, quotes, `-` and `_` disregarded). */
  expectedFound: number;
  /** This row looks like a record (e-mail, phone, date, numbers) and holds no expected label: the file has no header. */
  looksLikeData: boolean;
}

/**
 * How the cells with bytes above 0x7F were read, which depends on the rows before as well; `unclear` when not all in one way,
 * or not without replacements or U+0000.
 */
export type RowReading = 'ascii' | 'utf-8' | 'windows-1252' | 'unclear';

/**
 * Asked about a data row as wide as the header and well quoted; a row whose only text are spaces above 0x7F may be asked
 * about, too. Its hash is in the four words of `hashes` from `at` on, where hashes were asked for.
 * True: the caller knows what the row comes to; it is counted and noted like any other, and not handed over.
 */
export type IsKnown = (row: number, line: number, reading: RowReading, hashes: Int32Array, at: number) => boolean;

export interface DataRow {
  /** As a spreadsheet shows it. */
  row: number;
  /** Physical line and byte offset at which the row starts. */
  line: number;
  byte: number;
  /**
   * Decoded, untrimmed. At least as many as there are labels (short rows are padded with ''); more only when the row has a
   * `column-count-mismatch` of kind `long` or is `row-too-large`. U+0000 may be in them. A cell may share memory with its whole batch: copy what is kept for long.
   */
  cells: string[];
  /** `column-count-mismatch`, `malformed-quoting`, `row-too-large`; mostly the same empty array. */
  problems: readonly Problem[];
  reading: RowReading;
  /** Where its hash begins in `batch.hashes`. */
  hashAt: number;
}

export interface RowBatch {
  rows: DataRow[];
  /** Data rows among them that `isKnown` answered for; they are not in `rows`. */
  known: number;
  /** Hashes of rows by their bytes without line end (UTF-16 files: as UTF-8); empty without `rowKey`. Valid until the next batch. */
  hashes: Int32Array;
}

export interface Limits {
  /** Raw bytes of one cell; 1 MiB. */
  cellBytes: number;
  /** Raw bytes of one row; 16 MiB. */
  rowBytes: number;
  /** Cells of one row; 10,000. */
  columns: number;
}

export interface ReadOptions {
  /** Labels that the header should have (the mapped ones, or known synonyms): decides header and delimiter detection. */
  expectedLabels?: readonly string[] | undefined;
  /** What is given here is not detected. A pinned encoding is still repaired and reported per cell, except windows-1252. */
  dialect?: Partial<Dialect> | undefined;
  limits?: Partial<Limits> | undefined;
  /** Rows are handed over in batches of about so many bytes; 64 KiB. */
  batchBytes?: number | undefined;
  /** Has each row hashed with these 16 bytes (see `row-hash.ts`). */
  rowKey?: Uint8Array | undefined;
  isKnown?: IsKnown | undefined;
  /** Has the file scanned elsewhere once its dialect is known; the source is closed then. */
  openBlocks?: ((request: ScanRequest) => BlockSource) | undefined;
}

/** A kind of file that is no CSV, recognised by its first bytes, whatever its name says. */
export type Signature = 'zip' | 'gzip' | 'ole' | 'pdf' | 'pgp';

/** What is known when all rows were read. */
export interface ReadResult {
  /** Final: encoding, quote and line ends as the whole file has them. */
  dialect: Dialect;
  header: Header | null;
  /** Every problem of the file and its header (those of `CsvReading.problems` too). Problems of a row are at the row. */
  problems: Problem[];
  /** total = preamble + blank + data + (1 when there is a header). `data` is what a report calls rows. */
  counts: { total: number; preamble: number; blank: number; data: number };
  /** Indexes (from 0) of columns without label and without any data. */
  blankColumns: number[];
  /** A quote was open at the end of the file; `quoteOpened` is where. */
  endsInsideQuote: boolean;
  quoteOpened: Place | null;
  /** The last row breaks off: fewer cells than the header and its neighbours have, and no line end after it. */
  lastRowShort: boolean;
  /** The file ends with a line end (true for a file without bytes). */
  finalNewline: boolean;
  totalBytes: number;
}

/** An opened file: header known, rows still to come. */
export interface CsvReading {
  /** As detected from the first bytes. */
  dialect: Dialect;
  /** Null: no row with text (`empty-file`). */
  header: Header | null;
  /** What is known so far of file and header. */
  problems: Problem[];
  signature: Signature | null;
  /** One pass. Leaving the loop early closes the source. */
  batches: AsyncGenerator<RowBatch, void, undefined>;
  /** Only after `batches` has ended, or at once when `header` is null; throws an Error before (a mistake of the caller). */
  result(): ReadResult;
  /** Closes the source when `batches` is not read to its end. May be called again and again. */
  close(): Promise<void>;
}

/** How the writer writes. Defaults: `,`, minimal quoting, CRLF, utf-8 (RFC 4180). */
export interface WriteOptions {
  delimiter?: Delimiter | undefined;
  quote?: 'minimal' | 'all' | undefined;
  lineEnd?: 'crlf' | 'lf' | 'cr' | undefined;
  encoding?: Encoding | undefined;
}

/** Characters that the encoding cannot hold were written as `?`. `row` and `column` start at 1. */
export interface Unencodable {
  count: number;
  first: readonly { row: number; column: number; character: string }[];
}

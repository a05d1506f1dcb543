// Owns reading a whole file: dialect, header, rows with their problems, and what is known at the end.
// Invariant: total rows = preamble + header + blank + data; a file of any content is read to its end without an exception.
import { type Block, HIGH, MALFORMED, OPEN } from './block.ts';
import { type BlockSource, type ScanRequest, scanHere } from './blocks.ts';
import { blockText, fillCells, highCells, rowCells, rowText } from './cell-text.ts';
import { CellDecoder } from './decode.ts';
import { detect } from './detect.ts';
import { expectedFound, looksLikeData, looseLabels } from './find-header.ts';
import { Findings } from './findings.ts';
import { DEFAULT_BATCH_BYTES, DEFAULT_LIMITS } from './limits.ts';
import { hashWords } from './row-hash.ts';
import { type RowContext, rowPlace, rowProblems } from './row-problems.ts';
import { lineEndOf } from './sample.ts';
import { markLength } from './sniff-encoding.ts';
import { ByteSource } from './source.ts';
import { utf16Bytes } from './transcode.ts';
import type {
  CsvReading,
  DataRow,
  Dialect,
  Header,
  IsKnown,
  Problem,
  ReadOptions,
  ReadResult,
  RowBatch,
  RowReading,
} from './types.ts';

const noHashes = new Int32Array(0);

/**
 * Reads a CSV file in one pass and fixed memory; resolves when the header is known. Never throws on data; errors of the source
 * pass through. Quoting by RFC 4180 §2, repaired where files differ from it: see `ProblemFacts`. The source must not write
 * into a chunk again.
 */
export async function readCsv(source: AsyncIterable<Uint8Array>, options: ReadOptions = {}): Promise<CsvReading> {
  const input = new ByteSource(source);
  try {
    const head = await input.head();
    const { dialect, signature } = detect(head.bytes, { ...options, whole: head.whole });
    const { openBlocks } = options;
    if (openBlocks) await input.close();
    const open = openBlocks ?? ((request: ScanRequest) => scanHere(input, request));
    const reader = new RowReader(open, dialect, markLength(head.bytes, dialect.encoding), options);
    await reader.open().catch(async (error: unknown) => {
      await reader.close();
      throw error;
    });
    const { header, problems } = reader;
    return {
      dialect: { ...dialect, headerRow: header?.row ?? 0 },
      header,
      problems: [...problems],
      signature,
      batches: reader.batches(),
      result: () => reader.result(),
      close: () => reader.close(),
    };
  } catch (error) {
    await input.close();
    throw error;
  }
}

class RowReader {
  header: Header | null = null;
  /** Of the file's head. */
  problems: Problem[] = [];
  readonly #source: BlockSource;
  readonly #dialect: Dialect;
  readonly #expected: ReadonlySet<string>;
  readonly #decoder: CellDecoder;
  readonly #context: RowContext;
  readonly #findings = new Findings();
  readonly #isKnown: IsKnown | undefined;
  /** The block that holds the header, and the first of its rows that was not looked at. */
  #pending: { block: Block; from: number } | null = null;
  #done = false;

  constructor(open: (request: ScanRequest) => BlockSource, dialect: Dialect, markBytes: number, options: ReadOptions) {
    this.#dialect = dialect;
    this.#expected = looseLabels(options.expectedLabels ?? []);
    this.#isKnown = options.isKnown;
    const { delimiter, encoding } = dialect;
    const utf16 = encoding === 'utf-16le' || encoding === 'utf-16be';
    const source = open({
      encoding,
      options: {
        delimiter,
        quote: options.dialect?.quote === null ? null : '"',
        limits: { ...DEFAULT_LIMITS, ...options.limits },
        batchBytes: Math.max(1, options.batchBytes ?? DEFAULT_BATCH_BYTES),
        startByte: markBytes,
        utf16,
        rowKey: options.rowKey ?? null,
      },
    });
    this.#source = source;
    this.#decoder = new CellDecoder(encoding, options.dialect?.encoding !== undefined);
    this.#context = {
      width: 0,
      delimiter,
      // Of a row beyond a limit the quote may be in what was dropped.
      isOpenAtEnd: (block, row) =>
        block.tooLarge === null ? ((block.flags[row] as number) & OPEN) !== 0 : source.state.endsInsideQuote,
      offsetOf: (block, row, at) => {
        const start = block.start[row] as number;
        return (block.byte[row] as number) + (utf16 ? utf16Bytes(block.bytes, start, at) : at - start);
      },
    };
  }

  close(): Promise<void> {
    return this.#source.close();
  }

  /** Reads up to the header. */
  async open(): Promise<void> {
    while (this.header === null) {
      const { value: block, done } = await this.#source.blocks.next();
      if (done === true) break;
      const text = blockText(block);
      for (let index = 0; index < block.rows && this.header === null; index++) {
        this.#takeHeadRow(block, index, rowCells(block, index, text, 0, this.#decoder));
        this.#pending = { block, from: index + 1 };
      }
    }
    this.#done = this.header === null;
    this.problems = this.#findings.problemsOfHead(this.header, this.#dialect.delimiter, this.#source.state.totalBytes);
  }

  #takeHeadRow(block: Block, index: number, cells: string[]): void {
    const findings = this.#findings;
    const row = block.firstRow + index;
    findings.noteQuotes(block, index, this.#context);
    if (isBlank(cells)) findings.blank.add(row);
    else if (row < this.#dialect.headerRow) findings.notePreamble(block, index, cells, this.#context);
    else {
      const found = expectedFound(cells, this.#expected);
      const isData = found === 0 && looksLikeData(cells);
      this.header = { ...rowPlace(block, index), labels: cells, expectedFound: found, looksLikeData: isData };
      this.#context.width = cells.length;
      findings.noteHeader(block, index, this.header, this.#context);
      this.#noteNul(block, index, cells);
    }
  }

  async *batches(): AsyncGenerator<RowBatch, void, undefined> {
    try {
      let pending = this.#pending;
      this.#pending = null;
      for (;;) {
        if (pending === null) {
          const { value: block, done } = await this.#source.blocks.next();
          if (done === true) break;
          pending = { block, from: 0 };
        }
        const batch = this.#batch(pending.block, pending.from);
        pending = null;
        if (batch.rows.length > 0 || batch.known > 0) yield batch;
      }
      this.#done = true;
    } finally {
      await this.#source.close();
    }
  }

  #batch(block: Block, from: number): RowBatch {
    const findings = this.#findings;
    const context = this.#context;
    const { width } = context;
    const bytes = block.bytes.subarray(0, block.end[block.rows - 1]);
    const hashes = block.hashes ?? noHashes;
    const hasNul = bytes.includes(0);
    const rows: DataRow[] = [];
    const isKnown = block.tooLarge === null ? this.#isKnown : undefined;
    // What is to be noted of the cells is noted of known rows too.
    const allCells = hasNul || findings.watchesCells;
    const readsPlainly = isKnown !== undefined && !allCells && hasHigh(block) && this.#decoder.readsPlainly(bytes);
    const ofAll = isKnown === undefined || allCells ? blockText(block) : null;
    let known = 0;
    for (let index = from; index < block.rows; index++) {
      const row = block.firstRow + index;
      const line = block.line[index] as number;
      const hashAt = index * hashWords;
      const flags = block.flags[index] as number;
      let found = (block.firstCell[index + 1] as number) - (block.firstCell[index] as number);
      const mayBeKnown = isKnown !== undefined && found === width && (flags & (MALFORMED | OPEN)) === 0;
      if (mayBeKnown && readsPlainly && isKnown(row, line, readingOf(flags), hashes, hashAt)) {
        if ((flags & HIGH) !== 0) this.#decoder.countPlain(highCellCount(block, index));
        findings.noteKnown(block, index, context);
        known++;
        continue;
      }
      this.#decoder.startRow();
      const text = ofAll ?? rowText(block, index);
      // How the row's text is read is known from these cells.
      const high = (flags & HIGH) === 0 ? null : highCells(block, index, text, width, this.#decoder);
      if (mayBeKnown && !allCells && !readsPlainly && isKnown(row, line, this.#decoder.rowReading(), hashes, hashAt)) {
        findings.noteKnown(block, index, context);
        known++;
        continue;
      }
      const cells =
        high === null ? rowCells(block, index, text, width, this.#decoder) : fillCells(block, index, text, high);
      findings.noteQuotes(block, index, context);
      findings.lastRowIsData = block.tooLarge !== null || !isBlank(cells);
      if (!findings.lastRowIsData) {
        findings.blank.add(row);
        continue;
      }
      findings.dataRows++;
      findings.widths.add(found);
      if (found > width && block.tooLarge === null && cells.findLastIndex((cell) => cell.trim() !== '') < width) {
        findings.longBlank.add(row, found);
        cells.length = width;
        found = width;
      }
      findings.noteUnlabelled(cells);
      if (hasNul) this.#noteNul(block, index, cells);
      const reading = this.#decoder.rowReading();
      if (mayBeKnown && allCells && isKnown(row, line, reading, hashes, hashAt)) {
        known++;
        continue;
      }
      const problems = rowProblems(block, index, cells, found, context);
      rows.push({ row, line, byte: block.byte[index] as number, cells, problems, reading, hashAt });
    }
    return { rows, known, hashes };
  }

  result(): ReadResult {
    if (!this.#done) throw new Error('result() was called before all batches were read');
    const { state } = this.#source;
    const findings = this.#findings;
    const { header } = this;
    const { blank, preambleRows: preamble, dataRows: data, quoteOpened } = findings;
    const { endsInsideQuote, finalNewline } = state;
    return {
      dialect: {
        ...this.#dialect,
        encoding: this.#decoder.encoding(),
        quote: findings.usesQuotes ? '"' : null,
        lineEnd: lineEndOf(state.lineEnds, this.#dialect.lineEnd),
        headerRow: header?.row ?? 0,
      },
      header,
      problems: [...this.problems, ...this.#decoder.problems(), ...findings.problemsOfBody(header)],
      counts: { total: state.rows, preamble, blank: blank.count, data },
      blankColumns: findings.blankColumns(),
      endsInsideQuote,
      quoteOpened,
      lastRowShort: findings.lastRowIsData && !finalNewline && findings.widths.lastIsShort(this.#context.width),
      finalNewline,
      totalBytes: state.totalBytes,
    };
  }

  #noteNul(block: Block, index: number, cells: readonly string[]): void {
    cells.forEach((cell, column) => {
      if (cell.includes('\0')) this.#decoder.sawNul(() => ({ ...rowPlace(block, index), column: column + 1 }));
    });
  }
}

function hasHigh(block: Block): boolean {
  for (let index = 0; index < block.rows; index++) if (((block.flags[index] as number) & HIGH) !== 0) return true;
  return false;
}

function readingOf(flags: number): RowReading {
  return (flags & HIGH) === 0 ? 'ascii' : 'utf-8';
}

function highCellCount(block: Block, index: number): number {
  const to = block.firstCell[index + 1] as number;
  let count = 0;
  for (let cell = block.firstCell[index] as number; cell < to; cell++)
    if (((block.cellFlags[cell] as number) & HIGH) !== 0) count++;
  return count;
}

function isBlank(cells: readonly string[]): boolean {
  for (const cell of cells) {
    if (cell === '') continue;
    const first = cell.charCodeAt(0);
    if ((first > 0x20 && first < 0x7f) || cell.trim() !== '') return false;
  }
  return true;
}

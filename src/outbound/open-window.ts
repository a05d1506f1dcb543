// The next window of a dataset as it is in a snapshot: its range, its columns, its bytes before encryption, its file name.
// Invariant: the end of the window is the last batch that the snapshot shows, so that rows and range belong together;
// formula-looking cells stay as they are, because the reader is a program of a partner.

import { createCsvWriter } from '../csv/write.ts';
import type { Tx } from '../db/connection.ts';
import { columnsOf, type Dataset } from '../domain/dataset.ts';
import { fileNameFrom, freeName, stemAndEnding } from '../domain/file-names.ts';
import { delimiterSigns, type FileOptions, unknownColumn } from '../domain/file-options.ts';
import { lastBatch } from '../store/dataset-positions.ts';
import type { InstitutionRecord } from '../store/institutions.ts';
import { usedFileNames } from '../store/used-file-names.ts';
import { getWatermark } from '../store/watermarks.ts';
import type { CellContext } from '../store/window-columns.ts';
import { cellContext, copyWindow, type WindowRange } from '../store/window-rows.ts';
import { FileEncoder, RowShaper } from './shape-rows.ts';
import { startOfDay, startsFrom, type WindowStart } from './window-start.ts';

/** What is sent, and how: a destination, or what stands for one. */
export type WindowRequest = { dataset: Dataset; since: string | null; file: FileOptions };

export type OpenWindow = {
  range: WindowRange;
  number: number;
  /** Of windows that give a file: what names count, so that receivers see no gaps. */
  fileNumber: number;
  start: WindowStart;
  cells: CellContext;
  columns: readonly { field: string; header: string }[];
};

/** Opens the window that comes next, in the snapshot of `tx`. Throws AppError `unknown-column`. */
export async function openWindow(tx: Tx, institution: InstitutionRecord, request: WindowRequest): Promise<OpenWindow> {
  const { dataset } = request;
  const to = await lastBatch(tx, institution.id, dataset);
  const watermark = await getWatermark(tx, institution.id, dataset);
  const start = await startsFrom(tx, institution, request);
  const isDate = start.at !== null && start.kind !== 'watermark';
  const cells = await cellContext(tx, institution.id);
  return {
    range: {
      institutionId: institution.id,
      dataset,
      from: watermark?.position ?? 0,
      to,
      isFirst: watermark === null,
      since: isDate ? startOfDay(start.at ?? '', institution.timeZone) : null,
    },
    number: (watermark?.windows ?? 0) + 1,
    fileNumber: (watermark?.files ?? 0) + 1,
    start,
    cells,
    columns: columnsFor(request, cells),
  };
}

function columnsFor({ dataset, file }: WindowRequest, { customFields }: CellContext): OpenWindow['columns'] {
  const known = columnsOf(dataset, customFields);
  const strange = file.columns?.find((column) => !known.includes(column.field));
  if (strange) throw unknownColumn(strange.field, known, dataset);
  return file.columns ?? known.map((field) => ({ field, header: field }));
}

export type FileCounts = { rows: number; replaced: number };

/** The bytes before encryption, as they come from the database; the counts are given at the end. */
export async function* windowBytes(
  tx: Tx,
  { range, cells, columns }: OpenWindow,
  file: FileOptions,
  onEnd: (counts: FileCounts) => void,
  limit: number | null = null,
): AsyncGenerator<Buffer> {
  const delimiter = delimiterSigns[file.delimiter];
  const quoteAll = file.quoting === 'all';
  const encoder = new FileEncoder(file.encoding);
  const mark = encoder.start();
  if (mark.length > 0) yield mark;
  if (file.header) {
    const writer = createCsvWriter({ delimiter, quote: quoteAll ? 'all' : 'minimal', lineEnd: file.lineEnd });
    writer.add(columns.map((column) => column.header));
    yield encoder.encode(writer.take());
  }
  const shaper = new RowShaper(file, columns.length);
  const fields = columns.map((column) => column.field);
  const rows = copyWindow(tx, range, { fields, delimiter, quoteAll }, cells, limit);
  for await (const piece of shaper.shape(rows)) yield encoder.encode(piece);
  onEnd({ rows: shaper.rows, replaced: encoder.replaced });
}

export function replacedNote(count: number): string {
  const what = count === 1 ? 'One character' : `${count} characters`;
  return `${what} that Windows-1252 does not have ${count === 1 ? 'was' : 'were'} written as “?”. With UTF-8 nothing is lost.`;
}

/** The name of the window's file, with a number where an earlier window had it and the options say so. */
export async function nameOf(
  tx: Tx,
  institution: InstitutionRecord,
  { dataset, file }: WindowRequest,
  about: { window: OpenWindow; cutAt: Date; rows: number },
): Promise<string> {
  const { range, fileNumber: number } = about.window;
  const facts = {
    institution: institution.slug,
    dataset,
    cutAt: about.cutAt,
    timeZone: institution.timeZone,
    number,
    rows: about.rows,
    window: range,
  };
  const name = fileNameFrom(file.nameTemplate, facts, file.pgpKey !== null);
  if (file.sameName === 'replace') return name;
  const used = await usedFileNames(tx, institution.id, dataset, stemAndEnding(name).stem);
  return freeName(name, (candidate) => used.has(candidate));
}

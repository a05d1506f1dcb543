// What the next transfer of a dataset would send: how many rows, the first of them, the file's beginning and its name.
// Invariant: nothing is written, and the rows shown are the first of the file that would be cut at this moment.

import type { Tx } from '../db/connection.ts';
import type { Deps } from '../deps.ts';
import { sameNameNote } from '../domain/file-names.ts';
import type { InstitutionRecord } from '../store/institutions.ts';
import { countWindow, firstRows, inSnapshot } from '../store/window-rows.ts';
import { nameOf, type OpenWindow, openWindow, replacedNote, type WindowRequest, windowBytes } from './open-window.ts';
import type { WindowStart } from './window-start.ts';

const rowsShown = 20;
/** Characters of the file's beginning. */
const sampleLength = 4000;

/** `columns` are the headers; `rows` are texts in their order; `sample` is what the file begins with before encryption. */
export type WindowPreview = {
  fileName: string;
  count: number;
  columns: string[];
  rows: string[][];
  sample: string;
  startsFrom: WindowStart;
  notes: string[];
};

/** Throws AppError `unknown-column`. */
export async function previewWindow(
  deps: Pick<Deps, 'db' | 'clock'>,
  institution: InstitutionRecord,
  request: WindowRequest,
): Promise<WindowPreview> {
  const cutAt = deps.clock.now();
  return inSnapshot(deps.db, async (tx) => {
    const window = await openWindow(tx, institution, request);
    const { range, cells, columns } = window;
    const count = await countWindow(tx, range);
    const fields = columns.map((column) => column.field);
    const rows = await firstRows(tx, range, fields, cells, rowsShown);
    const { sample, replaced } = await beginning(tx, window, request);
    return {
      fileName: await nameOf(tx, institution, request, { window, cutAt, rows: count }),
      count,
      columns: columns.map((column) => column.header),
      rows,
      sample,
      startsFrom: window.start,
      notes: notesOf(request, window, { count, replaced, cutAt }),
    };
  });
}

async function beginning(tx: Tx, window: OpenWindow, { file }: WindowRequest) {
  let replaced = 0;
  const pieces: Buffer[] = [];
  const bytes = windowBytes(
    tx,
    window,
    file,
    (counts) => {
      replaced = counts.replaced;
    },
    rowsShown,
  );
  for await (const piece of bytes) pieces.push(piece);
  const text = new TextDecoder(file.encoding === 'utf-8-bom' ? 'utf-8' : file.encoding).decode(Buffer.concat(pieces));
  return { sample: text.slice(0, sampleLength).toWellFormed(), replaced };
}

type Found = { count: number; replaced: number; cutAt: Date };

function notesOf({ dataset, file }: WindowRequest, { range, cells, columns }: OpenWindow, found: Found): string[] {
  const sendsMajors = dataset === 'connections' && columns.some((column) => column.field === 'majors');
  const notes = [
    range.since !== null && range.since > found.cutAt
      ? 'The date from which connections are sent lies in the future: nothing before it will be sent.'
      : null,
    found.count === 0 && file.emptyFile === 'skip' ? 'There is nothing to send, and no file is sent then.' : null,
    found.count === 0 && file.emptyFile === 'send'
      ? `There is nothing to send: the file will hold ${file.header ? 'only its header' : 'nothing'}.`
      : null,
    sendsMajors && !cells.majorsEntitled
      ? 'The column majors is blank: the institution has no entitlement to it.'
      : null,
    found.replaced > 0 ? `Among the rows shown: ${replacedNote(found.replaced)}` : null,
    file.pgpKey === null ? null : 'The file is encrypted before it is sent; the beginning shown here is not.',
    sameNameNote(file),
  ];
  return notes.filter((note) => note !== null);
}

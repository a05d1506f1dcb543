// The list of all issues of an import as CSV, for people who work in a spreadsheet.
// Invariant: no cell begins a formula, and a phone or a negative number stays what it was (this file is never imported).

import { createCsvWriter } from '../../csv/write.ts';
import type { ImportIssue } from '../../store/import-issues.ts';
import { issueView } from './import-view.ts';

const header = ['row', 'line', 'scope', 'effect', 'code', 'title', 'label', 'value', 'what happened', 'what to do'];

/** UTF-8 with a BOM, because that is how spreadsheet programs know it. Issues come in pieces, in the order of the file. */
export async function* issuesCsv(pieces: AsyncIterable<readonly ImportIssue[]>): AsyncGenerator<Uint8Array> {
  const writer = createCsvWriter({ encoding: 'utf-8-bom' });
  writer.add(header);
  yield writer.take();
  for await (const issues of pieces) {
    for (const issue of issues) writer.add(cells(issue).map(harmless));
    yield writer.take();
  }
}

function cells(issue: ImportIssue): string[] {
  const { row, line, scope, effect, code, title, label, value, message, remedy } = issueView(issue);
  return [row, line, scope, effect, code, title, label, value, message, remedy].map((cell) => String(cell ?? ''));
}

/**
 * A cell that a spreadsheet would compute gets an apostrophe in front; plain numbers and phones do not. The same within a cell
 * behind what a spreadsheet of another country takes for the end of a cell: there a semicolon separates, and quotation marks
 * that do not stand at the beginning count for nothing.
 */
export function harmless(cell: string): string {
  const inside = cell.replace(/([;\t\r\n]["\s]*)(?=[=+\-@＝＋－＠])/g, "$1'");
  if (!/^["\s]*[=+\-@＝＋－＠]|^[\t\r\n]/.test(inside) || /^[+-]?[\d ().,/-]*\d[\d ().,/-]*$/.test(inside))
    return inside;
  return `'${inside}`;
}

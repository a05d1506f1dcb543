// How a file is written, in words.

import type { ImportView } from '@api/imports.ts';

type Shown = NonNullable<ImportView['dialect']>;

const encodings: Record<string, string> = {
  'utf-8': 'UTF-8',
  'utf-8-bom': 'UTF-8 with a byte order mark',
  'utf-16le': 'UTF-16 (little endian)',
  'utf-16be': 'UTF-16 (big endian)',
  'windows-1252': 'Windows-1252',
};
const delimiters: Record<string, string> = { ',': 'comma', '\t': 'tab', ';': 'semicolon', '|': 'pipe' };
const lineEnds: Record<string, string> = {
  crlf: 'Windows line ends (CRLF)',
  lf: 'Unix line ends (LF)',
  cr: 'old Mac line ends (CR)',
  mixed: 'mixed line ends',
};

/** `UTF-8 · comma · quotes " · Windows line ends (CRLF) · labels in row 1`. */
export function dialectWords(dialect: Shown): string {
  return [
    encodings[dialect.encoding] ?? dialect.encoding,
    `separated by ${delimiters[dialect.delimiter] ?? dialect.delimiter}`,
    dialect.quote === null ? 'no quotes' : `quotes ${dialect.quote}`,
    lineEnds[dialect.lineEnd] ?? dialect.lineEnd,
    dialect.headerRow === 0 ? 'no header row' : `labels in row ${dialect.headerRow}`,
  ].join(' · ');
}

// How a delivered file looks and is called.
// Invariant: the same window with the same options gives the same name and the same bytes.

import { columnsOf, type Dataset } from './dataset.ts';
import { AppError } from './errors.ts';
import { checkNameTemplate } from './file-names.ts';
import { nearestTo, showLabel } from './labels.ts';

/** `columns`: null for all of the dataset under their own names. `pgpKey`: an armored public key that the file is encrypted for. */
export type FileOptions = {
  nameTemplate: string;
  delimiter: 'comma' | 'tab' | 'semicolon' | 'pipe';
  quoting: 'as-needed' | 'all';
  lineEnd: 'crlf' | 'lf';
  encoding: 'utf-8' | 'utf-8-bom' | 'utf-16le' | 'windows-1252';
  header: boolean;
  columns: { field: string; header: string }[] | null;
  /** What an empty window does: no file, or a file with only a header. */
  emptyFile: 'skip' | 'send';
  /** When a name was used before or is taken on the server: add a number, or replace the file there. */
  sameName: 'number' | 'replace';
  /** After the file: a signed manifest `NAME.manifest.json`, and a marker `NAME.done`. */
  manifest: boolean;
  done: boolean;
  /** Reads the file back from the server and compares its hash before the rename. */
  readBack: boolean;
  pgpKey: string | null;
};

export const usualFileOptions: FileOptions = {
  nameTemplate: '{institution}-{dataset}-{date}-{number}.csv',
  delimiter: 'comma',
  quoting: 'as-needed',
  lineEnd: 'crlf',
  encoding: 'utf-8',
  header: true,
  columns: null,
  emptyFile: 'skip',
  sameName: 'number',
  manifest: false,
  done: false,
  readBack: false,
  pgpKey: null,
};

export const delimiterSigns = { comma: ',', tab: '\t', semicolon: ';', pipe: '|' } as const;

/** What options are checked against: `institution` is the slug, `customFields` by their names without `custom.`. */
export type FileOptionsContext = {
  institution: string;
  dataset: Dataset;
  customFields: readonly { name: string }[];
};

/**
 * `base` with the members of `change` that are given. Throws AppError `unknown-name-token`, `bad-file-name`, `no-columns`,
 * `unknown-column`, `bad-column-header` or `duplicate-column-header`. A PGP key is checked where it can be read (`checkPgpKey`).
 */
export function checkedFileOptions(
  base: FileOptions,
  change: { readonly [Name in keyof FileOptions]?: FileOptions[Name] | undefined },
  context: FileOptionsContext,
): FileOptions {
  const given = Object.fromEntries(Object.entries(change).filter(([, value]) => value !== undefined));
  const options: FileOptions = { ...base, ...given };
  checkNameTemplate(options.nameTemplate, context);
  if (options.columns !== null) checkColumns(options.columns, context);
  return options;
}

function checkColumns(columns: readonly { field: string; header: string }[], context: FileOptionsContext): void {
  if (columns.length === 0)
    throw wrongColumns('no-columns', 'The list of columns is empty.', 'Choose at least one column, or send all.');
  const known = columnsOf(context.dataset, context.customFields);
  const headers = new Set<string>();
  for (const { field, header } of columns) {
    if (!known.includes(field)) throw unknownColumn(field, known, context.dataset);
    if (header.trim() === '' || /[\p{Cc}\p{Zl}\p{Zp}]/u.test(header))
      throw wrongColumns(
        'bad-column-header',
        `The header of the column ${field} is blank or has a line break in it.`,
        'Write the label that the receiver looks for, in one line.',
      );
    if (headers.has(header))
      throw wrongColumns(
        'duplicate-column-header',
        `Two columns have the header “${showLabel(header)}”.`,
        'Receivers find columns by their headers: give each one of its own.',
      );
    headers.add(header);
  }
}

/** A field that the dataset does not have; also when a file is cut and a field is no longer there. */
export function unknownColumn(field: string, known: readonly string[], dataset: Dataset): AppError {
  const near = nearestTo(field, known, 1).map((name) => `Did you mean ${name}? `);
  return wrongColumns(
    'unknown-column',
    `${dataset === 'connections' ? 'Connections have' : 'Contacts have'} no field ${showLabel(field)}.`,
    `${near.join('')}The fields are ${known.slice(0, 60).join(', ')}.`,
  );
}

function wrongColumns(code: string, title: string, detail: string): AppError {
  return new AppError('invalid', code, title, detail, [{ name: 'file.columns', message: title }]);
}

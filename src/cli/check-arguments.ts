// The words of `causeway check`: what may be said, and what is refused before anything is read.
// Invariant: no input is ever overwritten by an output.

import { access, constants, realpath, stat } from 'node:fs/promises';
import { basename, dirname, join, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { AppError } from '../domain/errors.ts';
import { isPhoneCountry } from '../domain/phones.ts';
import { type Preset, presets } from '../domain/presets.ts';

export type CheckArguments = {
  help: boolean;
  json: boolean;
  country: string;
  preset: Preset | null;
  mappingFile: string | null;
  /** Each file, and where its table goes. */
  files: { path: string; rows: string | null }[];
  /** Made when it is not there. */
  rowsFolder: string | null;
};

export const checkUsage = `Usage: causeway check FILE… [options]

Reads CSV files as an import would, without a server, and says what would happen.

  --mapping FILE    JSON, {"label": "field"} or {"columns": […]}; without it the best suggestion is used
  --preset NAME     labels of a known system: ${presets.map((preset) => preset.name).join(', ')}
  --country CC      country of phones, dates and numbers, two letters (US)
  --rows OUT.csv    write the table as it was read (one FILE only)
  --rows-dir DIR    write the tables of all files to DIR, under their own names
  --json            one JSON line per file

Exit code: 0 all files can be imported, 1 one of them cannot, 2 wrong use.
`;

/** Throws AppError (kind invalid) with what is wrong and what is right. */
export async function checkArguments(argv: readonly string[]): Promise<CheckArguments> {
  const { values, positionals } = parsed(argv);
  const json = values.json === true;
  const help = values.help === true;
  const country = (values.country ?? 'US').toUpperCase();
  if (!isPhoneCountry(country))
    throw wrong(`There is no country ${country}.`, 'Use the two letters of ISO 3166, such as US.');
  const preset = presets.find(({ name }) => name === values.preset) ?? null;
  if (values.preset !== undefined && preset === null)
    throw wrong(
      `There is no preset ${values.preset}.`,
      `Known presets: ${presets.map(({ name }) => name).join(', ')}.`,
    );
  if (preset !== null && values.mapping !== undefined)
    throw wrong('--preset and --mapping both say how columns are mapped.', 'Give one of them.');
  if (values.rows !== undefined && values['rows-dir'] !== undefined)
    throw wrong('--rows and --rows-dir both say where tables go.', 'Give one of them.');
  if (positionals.length === 0 && !help) throw wrong('No file was given.', 'Say: causeway check FILE…');
  if (positionals.length > 1 && values.rows !== undefined)
    throw wrong('--rows takes the table of one file, and several files were given.', 'Use --rows-dir DIR.');
  const files = positionals.map((path) => ({ path, rows: rowsPath(path, values.rows, values['rows-dir']) }));
  if (!help) {
    for (const { path } of files) await mustBeReadable(path);
    if (values.mapping !== undefined) await mustBeReadable(values.mapping);
    await mustNotOverwrite(files);
  }
  const rowsFolder = values['rows-dir'] ?? null;
  return { help, json, country, preset, mappingFile: values.mapping ?? null, files, rowsFolder };
}

function parsed(argv: readonly string[]) {
  try {
    return parseArgs({
      args: [...argv],
      allowPositionals: true,
      options: {
        mapping: { type: 'string' },
        preset: { type: 'string' },
        country: { type: 'string' },
        rows: { type: 'string' },
        'rows-dir': { type: 'string' },
        json: { type: 'boolean' },
        help: { type: 'boolean', short: 'h' },
      },
    });
  } catch (error) {
    if (!(error instanceof TypeError)) throw error;
    throw wrong(error.message.split('. ')[0] ?? '', 'See causeway check --help.');
  }
}

function rowsPath(path: string, rows: string | undefined, folder: string | undefined): string | null {
  if (folder !== undefined) return join(folder, basename(path));
  return rows ?? null;
}

async function mustBeReadable(path: string): Promise<void> {
  const found = await stat(path).catch(() => null);
  if (found === null) throw wrong(`There is no file ${path}.`, 'Look at the path.');
  if (!found.isFile()) throw wrong(`${path} is not a file.`, 'Name the files to read, one by one.');
  const readable = await access(path, constants.R_OK).then(
    () => true,
    () => false,
  );
  if (!readable) throw wrong(`The file ${path} may not be read.`, 'Look at its permissions.');
}

async function mustNotOverwrite(files: CheckArguments['files']): Promise<void> {
  const inputs = new Set(await Promise.all(files.map(({ path }) => realpath(path))));
  const outputs = new Set<string>();
  for (const { path, rows } of files) {
    if (rows === null) continue;
    const output = await realpath(rows).catch(async () => {
      const folder = await realpath(dirname(rows)).catch(() => resolve(dirname(rows)));
      return join(folder, basename(rows));
    });
    if (inputs.has(output)) throw wrong(`The table of ${path} would overwrite an input.`, 'Write it somewhere else.');
    if (outputs.has(output)) throw wrong(`Two tables would be called ${rows}.`, 'Check files of one name one by one.');
    outputs.add(output);
  }
}

function wrong(title: string, detail: string): AppError {
  return new AppError('invalid', 'wrong-use', title, detail);
}

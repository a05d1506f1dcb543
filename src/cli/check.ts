// `causeway check FILE…`: reads files as an import would, without a server or a database.
// Invariant: exit 0 when every file can be imported, 1 when one cannot or breaks off, 2 for wrong use before anything is read.

import { createReadStream } from 'node:fs';
import { mkdir } from 'node:fs/promises';
import { basename } from 'node:path';
import { AppError } from '../domain/errors.ts';
import { type Field, standardFields } from '../domain/fields.ts';
import { checkFile, expectedLabels, type MappingSource } from '../inbound/check-file.ts';
import { type CheckArguments, checkArguments, checkUsage } from './check-arguments.ts';
import { readMappingFile } from './check-mapping.ts';
import { jsonOutput, textOutput } from './check-output.ts';
import { writeTable } from './check-table.ts';

export type CheckIo = { stdout: NodeJS.WritableStream; stderr: NodeJS.WritableStream };

/** Runs the command (`argv` without `causeway check`) and gives its exit code. */
export async function runCheck(argv: readonly string[], io: CheckIo): Promise<number> {
  let words: CheckArguments;
  let source: { mapping: MappingSource; fields: readonly Field[] };
  try {
    words = await checkArguments(argv);
    if (words.help) {
      io.stdout.write(checkUsage);
      return 0;
    }
    source = await mappingSource(words);
    if (words.rowsFolder !== null) await mkdir(words.rowsFolder, { recursive: true });
  } catch (error) {
    return refuse(wrongUse(error), argv.includes('--json'), io);
  }
  let exit = 0;
  for (const file of words.files) if (!(await checkOne(file, words, source, io))) exit = 1;
  return exit;
}

/** False when the file cannot be imported, or its reading or writing broke off. */
async function checkOne(
  { path, rows }: CheckArguments['files'][number],
  { json, country }: CheckArguments,
  { mapping, fields }: { mapping: MappingSource; fields: readonly Field[] },
  io: CheckIo,
): Promise<boolean> {
  const output = json ? jsonOutput(path, io.stdout) : textOutput(path, fields, io.stdout);
  try {
    const stream = createReadStream(path, { highWaterMark: 256 * 1024 });
    const summary = await checkFile(stream, { fileName: basename(path), fields, mapping, country }, output.onIssue);
    if (rows !== null) {
      const { blankColumns } = summary;
      await writeTable(path, rows, { expectedLabels: expectedLabels(mapping, fields), blankColumns });
    }
    await output.end(summary);
    return !summary.rejected;
  } catch (error) {
    const failure = diskFailure(error);
    if (failure === null) throw error;
    await output.fail(failure);
    return false;
  }
}

async function mappingSource({
  mappingFile,
  preset,
  country,
}: CheckArguments): Promise<{ mapping: MappingSource; fields: readonly Field[] }> {
  if (mappingFile !== null) {
    const { mapping, fields } = await readMappingFile(mappingFile, country);
    return { mapping: { kind: 'given', mapping }, fields };
  }
  const mapping: MappingSource = preset === null ? { kind: 'suggested' } : { kind: 'preset', preset };
  return { mapping, fields: standardFields };
}

function wrongUse(error: unknown): AppError {
  const known = error instanceof AppError ? error : diskFailure(error);
  if (known === null) throw error;
  return known;
}

/** An error of the file system as a sentence; null for everything else, which is a bug. */
function diskFailure(error: unknown): AppError | null {
  if (!(error instanceof Error) || !('syscall' in error)) return null;
  return new AppError(
    'invalid',
    'disk-error',
    `The disk refused: ${error.message}.`,
    'Look at the path, its permissions and the free space.',
  );
}

function refuse({ code, title, detail, fields }: AppError, json: boolean, io: CheckIo): number {
  if (json)
    io.stdout.write(`${JSON.stringify({ error: { type: 'about:blank', title, status: 0, code, detail, fields } })}\n`);
  else io.stderr.write(`${title}\n${fields.map(({ name, message }) => `  ${name}: ${message}\n`).join('')}${detail}\n`);
  return 2;
}

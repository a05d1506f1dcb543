// What every command shares: how it gets at the API, how it prints, and how it ends.
// Invariant: with --json exactly one JSON document goes to stdout, for a refusal {"error": problem}.

import { type Command, CommanderError, Option } from 'commander';
import type { Problem } from '../api/common.ts';
import { datasets } from '../domain/dataset.ts';
import { AppError } from '../domain/errors.ts';
import { type Client, type ClientConfig, openClient, ProblemError } from './client.ts';

/** The streams and settings that a command may use. */
export type CommandIo = {
  stdout: NodeJS.WritableStream;
  stderr: NodeJS.WritableStream;
  client: () => ClientConfig;
};

export type Outcome = { exit: 0 | 1; json?: unknown; text?: string };

/** Runs what an action does and turns its outcome into output and the exit code; see ruling 17. */
export type RunAction = (command: Command, work: (client: Client) => Promise<Outcome>) => Promise<void>;

/** The exit code travels as an error, so that commander unwinds and `main` alone ends the process. */
export class Exit extends Error {
  readonly code: number;
  constructor(code: number) {
    super(`exit ${code}`);
    this.name = 'Exit';
    this.code = code;
  }
}

/** The common way of an API command. */
export function actionRunner(io: CommandIo): RunAction {
  return (command, work) => endWith(command, io, () => work(openClient(io.client())));
}

/** Does the work, prints its outcome or its refusal, and ends with the exit code when that is not 0. */
export async function endWith(command: Command, io: CommandIo, work: () => Promise<Outcome>): Promise<void> {
  const asJson = command.optsWithGlobals<{ json?: boolean }>().json === true;
  let outcome: Outcome;
  try {
    outcome = await work();
  } catch (error) {
    const problem = problemOf(error);
    if (problem === null) throw error;
    if (asJson) io.stdout.write(`${JSON.stringify({ error: problem })}\n`);
    else io.stderr.write(problemText(problem));
    throw new Exit(1);
  }
  if (asJson && outcome.json !== undefined) io.stdout.write(`${JSON.stringify(outcome.json)}\n`);
  else if (!asJson && outcome.text !== undefined) io.stdout.write(`${outcome.text}\n`);
  if (outcome.exit !== 0) throw new Exit(outcome.exit);
}

function problemOf(error: unknown): Problem | null {
  if (error instanceof ProblemError) return error.problem;
  if (!(error instanceof AppError)) return null;
  const { code, title, detail, fields } = error;
  return { type: 'about:blank', status: 0, code, title, detail, ...(fields.length > 0 ? { fields } : {}) };
}

function problemText(problem: Problem): string {
  const fields = (problem.fields ?? []).map((field) => `  ${field.name}: ${field.message}\n`).join('');
  return `${problem.title}\n${fields}${problem.detail ? `${problem.detail}\n` : ''}(${problem.code})\n`;
}

/** Wrong words on the command line: a sentence and exit code 2. */
export function wrongUse(sentence: string): CommanderError {
  return new CommanderError(2, 'causeway.wrongUse', sentence);
}

/** The option that names what is sent out; another word is wrong use. */
export function datasetOption(): Option {
  return new Option('--dataset <dataset>', 'connections or contacts').choices(datasets);
}

/** An option that takes a number from 0 on, such as seconds. Throws wrong use. */
export function numberOption(text: string): number {
  const number = Number(text);
  if (text.trim() === '' || !Number.isFinite(number) || number < 0)
    throw wrongUse(`“${text}” is not a number. Write digits, such as 300.`);
  return number;
}

/** An option that takes a whole number from 1 on, such as a limit. Throws wrong use. */
export function wholeNumberOption(text: string): number {
  const number = numberOption(text);
  if (!Number.isSafeInteger(number) || number < 1) throw wrongUse(`“${text}” is not a whole number from 1 on.`);
  return number;
}

/** Rows as aligned columns, for people. */
export function table(head: string[], rows: (string | number | null)[][]): string {
  const cells = [head, ...rows.map((row) => row.map((cell) => String(cell ?? '–')))];
  const widths = head.map((_, column) => Math.max(...cells.map((row) => (row[column] ?? '').length)));
  return cells
    .map((row) =>
      row
        .map((cell, column) => cell.padEnd(widths[column] ?? 0))
        .join('  ')
        .trimEnd(),
    )
    .join('\n');
}

/** Name and value, a line each, for people. */
export function sheet(entries: [string, string | number | boolean | null | undefined][]): string {
  const width = Math.max(...entries.map(([name]) => name.length));
  return entries.map(([name, value]) => `${name.padEnd(width)}  ${value ?? '–'}`).join('\n');
}

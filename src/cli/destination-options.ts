// The options that setting up and changing a destination share, and the request that they make.
// Invariant: a password comes from a file, never from the command line, which other users of a machine can see; what is wrong
// whatever the institution is ends as wrong use, before anything is asked of a server.

import { readFile } from 'node:fs/promises';
import { type Command, Option } from 'commander';
import { type UpdateDestinationRequest, updateDestinationRequest } from '../api/destinations.ts';
import { checkedHost, checkedPath, checkedUsername } from '../domain/destination-address.ts';
import { AppError } from '../domain/errors.ts';
import { usualFileOptions } from '../domain/file-options.ts';
import { parseFrequency } from '../domain/schedule.ts';
import { wholeNumberOption, wrongUse } from './command.ts';

type Given = {
  name?: string;
  host?: string;
  port?: number;
  path?: string;
  username?: string;
  frequency?: string;
  at?: string;
  since?: string;
  checkFingerprint?: boolean;
  passwordFile?: string;
  fileOption?: string[];
};

export function destinationOptions(command: Command): Command {
  return command
    .option('--name <name>', 'its name in lists and mails')
    .option('--port <port>', 'the SSH port', wholeNumberOption)
    .option('--path <folder>', 'the folder on the server')
    .option('--password-file <file>', 'the password is the content of this file')
    .option('--frequency <frequency>', 'hourly, every-N-hours, daily, weekdays, weekly:mon, monthly:1')
    .option('--at <time>', 'HH:MM in the institution’s time zone')
    .option('--since <date>', 'where the first file begins, YYYY-MM-DD; “none” for no date')
    .option('--no-check-fingerprint', 'do not check the fingerprint of the server')
    .option('--file-option <name=value...>', 'how the file looks, such as delimiter=tab or manifest=true');
}

/** An option that names a kind of key pair. */
export function keyTypeOption(flags: string, description: string): Option {
  return new Option(flags, description).choices(['ssh-ed25519', 'ssh-rsa']);
}

/** What was given, as the API takes it. Throws wrong use. */
export async function destinationFields(
  options: Given,
): Promise<UpdateDestinationRequest & { password?: string; generateKey?: string }> {
  const { name, host, port, path, username, frequency, at, since, checkFingerprint, passwordFile, fileOption } =
    options;
  const given = { name, host, port, path, username, frequency, at };
  const fields = {
    ...Object.fromEntries(Object.entries(given).filter(([, value]) => value !== undefined)),
    ...(since === undefined ? {} : { since: since === 'none' ? null : since }),
    ...(checkFingerprint === undefined ? {} : { checkFingerprint }),
    ...(fileOption === undefined ? {} : { file: Object.fromEntries(fileOption.map(nameAndValue)) }),
    ...(passwordFile === undefined ? {} : { password: await passwordOf(passwordFile) }),
  };
  checkWords(fields);
  return fields;
}

/** The rules that the server has too, but for those that need to know the institution. */
function checkWords(fields: UpdateDestinationRequest): void {
  const { frequency, host, path, username } = fields;
  try {
    if (frequency !== undefined) parseFrequency(frequency);
    if (host !== undefined) checkedHost(host);
    if (path !== undefined) checkedPath(path);
    if (username !== undefined) checkedUsername(username);
  } catch (error) {
    if (!(error instanceof AppError)) throw error;
    throw wrongUse([error.title, error.detail].filter(Boolean).join('\n'));
  }
  const [issue] = updateDestinationRequest.safeParse(fields).error?.issues ?? [];
  if (issue) throw wrongUse(`${optionOf(issue.path)}: ${wordsOf(issue)}`);
}

type Issue = NonNullable<ReturnType<typeof updateDestinationRequest.safeParse>['error']>['issues'][number];

function wordsOf(issue: Issue): string {
  if (issue.code === 'too_small' && issue.minimum === 1 && issue.origin === 'string') return 'It is empty.';
  if (issue.code === 'too_small' || issue.code === 'too_big') {
    const limit = issue.code === 'too_small' ? `at least ${issue.minimum}` : `at most ${issue.maximum}`;
    return issue.origin === 'string' ? `Write ${limit} characters.` : `It can be ${limit}.`;
  }
  if (issue.code === 'invalid_format' && issue.format === 'date') return 'Write a day such as 2026-01-31, or none.';
  return issue.message;
}

function optionOf([name, ...rest]: readonly PropertyKey[]): string {
  if (name === 'file') return ['--file-option', ...rest.map(String)].join(' ');
  return name === 'password' ? '--password-file' : `--${String(name)}`;
}

/** The line end that editors and `echo` add is not part of a password. */
async function passwordOf(file: string): Promise<string> {
  const text = await readFile(file, 'utf8').catch(() => {
    throw wrongUse(`There is no file ${file} that can be read.`);
  });
  return text.replace(/\r?\n$/, '');
}

/** Values are JSON where that can be read, else text: `header=false`, `delimiter=tab`, `columns=[{"field":…}]`. */
function nameAndValue(pair: string): [string, unknown] {
  const cut = pair.indexOf('=');
  if (cut <= 0) throw wrongUse(`“${pair}” is not NAME=VALUE. Write it as in delimiter=tab.`);
  const name = pair.slice(0, cut);
  if (!Object.hasOwn(usualFileOptions, name))
    throw wrongUse(`“${name}” is not an option of files. There are ${Object.keys(usualFileOptions).join(', ')}.`);
  const text = pair.slice(cut + 1);
  try {
    return [name, JSON.parse(text) as unknown];
  } catch {
    return [name, text];
  }
}

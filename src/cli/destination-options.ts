// The options that setting up and changing a destination share, and the request that they make.
// Invariant: a password comes from a file, never from the command line, which other users of a machine can see.

import { readFile } from 'node:fs/promises';
import type { Command } from 'commander';
import type { UpdateDestinationRequest } from '../api/destinations.ts';
import { usualFileOptions } from '../domain/file-options.ts';
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

/** What was given, as the API takes it. Throws wrong use. */
export async function destinationFields(
  options: Given,
): Promise<UpdateDestinationRequest & { password?: string; generateKey?: string }> {
  const { name, host, port, path, username, frequency, at, since, checkFingerprint, passwordFile, fileOption } =
    options;
  const given = { name, host, port, path, username, frequency, at };
  return {
    ...Object.fromEntries(Object.entries(given).filter(([, value]) => value !== undefined)),
    ...(since === undefined ? {} : { since: since === 'none' ? null : since }),
    ...(checkFingerprint === undefined ? {} : { checkFingerprint }),
    ...(fileOption === undefined ? {} : { file: Object.fromEntries(fileOption.map(nameAndValue)) }),
    ...(passwordFile === undefined ? {} : { password: await passwordOf(passwordFile) }),
  };
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

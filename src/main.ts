// The entry: arguments, environment, exit code. Invariant: the only file that ends the process.

import { resolve } from 'node:path';
import type { Command } from 'commander';
import { runCheck } from './cli/check.ts';
import { Exit } from './cli/command.ts';
import { addLocalCommands } from './cli/local-commands.ts';
import { runCommandLine } from './cli/program.ts';
import { serve } from './cli/serve.ts';
import { ConfigError, readClientConfig, readConfig } from './config.ts';
import { DatabaseStartError } from './db/database-error.ts';
import { AppError } from './domain/errors.ts';

const argv = process.argv.slice(2);
const settings = () => readConfig(process.env, process.cwd());
const io = { stdout: process.stdout, stderr: process.stderr, client: () => readClientConfig(process.env) };

/** Commands that need more than the API: the server, the check of files, and the local ones. */
function addOwnCommands(program: Command): void {
  program
    .command('serve')
    .description('run the server')
    .option('--ready-file <file>', 'written when the server can be used: {"http","sftp","pid"}')
    .action(async (options: { readyFile?: string }) => {
      const { config, secrets } = settings();
      const readyFile = options.readyFile === undefined ? undefined : resolve(options.readyFile);
      const code = await serve(config, secrets, { readyFile, stdout: process.stdout });
      if (code !== 0) throw new Exit(code);
    });
  program
    .command('check')
    .description('check files without a server; see causeway check --help')
    .helpOption(false)
    .allowUnknownOption()
    .allowExcessArguments();
  addLocalCommands(program, io, settings);
}

async function run(): Promise<number> {
  // `check` reads its own words: it must run without the rest of the program.
  if (argv[0] === 'check') return runCheck(argv.slice(1), io);
  return runCommandLine(argv, io, addOwnCommands);
}

try {
  const code = await run();
  // Output to a pipe is written later: the process ends by itself once it is out.
  process.exitCode = code;
} catch (error) {
  const forPeople = error instanceof ConfigError || error instanceof DatabaseStartError || error instanceof AppError;
  if (!forPeople) throw error;
  process.stderr.write(`causeway: ${error instanceof AppError ? `${error.title} ${error.detail}` : error.message}\n`);
  process.exitCode = 1;
}

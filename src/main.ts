// The entry: arguments, environment, exit code. Invariant: the only file that reads the process and sets its exit code.

import { resolve } from 'node:path';
import type { Command } from 'commander';
import { localProblem } from './cli/client.ts';
import { Exit } from './cli/command.ts';
import { addLocalCommands } from './cli/local-commands.ts';
import { runCommandLine } from './cli/program.ts';
import { ConfigError, readClientConfig, readConfig } from './config.ts';
import { DatabaseStartError } from './db/database-error.ts';
import { AppError } from './domain/errors.ts';

const argv = process.argv.slice(2);
const settings = () => readConfig(process.env, process.cwd());
const io = { stdout: process.stdout, stderr: process.stderr, client: () => readClientConfig(process.env) };

/** The server, the check of files and the local commands; what they need is loaded when one of them runs. */
function addOwnCommands(program: Command): void {
  program
    .command('serve')
    .description('run the server')
    .option('--ready-file <file>', 'written when the server can be used: {"http","sftp","pid"}')
    .action(async (options: { readyFile?: string }) => {
      const { serve } = await import('./cli/serve.ts');
      const { config, secrets } = settings();
      const readyFile = options.readyFile === undefined ? undefined : resolve(options.readyFile);
      const code = await serve(config, secrets, { readyFile, stdout: process.stdout });
      if (code !== 0) throw new Exit(code);
    });
  program.command('check').description('check files without a server; see causeway check --help');
  addLocalCommands(program, io, settings);
}

/** `check` reads its own words, so that it runs without the rest. */
async function run(): Promise<number> {
  if (argv.find((word) => word !== '--json') !== 'check') return runCommandLine(argv, io, addOwnCommands);
  const { runCheck } = await import('./cli/check.ts');
  return runCheck(argv.toSpliced(argv.indexOf('check'), 1), io);
}

try {
  // Output to a pipe is written later: the process ends by itself once it is out.
  process.exitCode = await run();
} catch (error) {
  const forPeople = error instanceof ConfigError || error instanceof DatabaseStartError || error instanceof AppError;
  if (!forPeople) throw error;
  const sentence = error instanceof AppError ? `${error.title} ${error.detail}` : error.message;
  process.stderr.write(`causeway: ${sentence}\n`);
  if (argv.includes('--json')) {
    const { problem } = localProblem('cannot-start', sentence, '');
    process.stdout.write(`${JSON.stringify({ error: problem })}\n`);
  }
  process.exitCode = 1;
}

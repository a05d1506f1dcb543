// The command line: puts the commands together and turns how they end into an exit code.
// Invariant: 0 done, 1 the thing failed or found a blocking issue, 2 wrong use (the contract).

import { Command, CommanderError } from 'commander';
import { localProblem } from './client.ts';
import { actionRunner, type CommandIo, Exit } from './command.ts';
import { addConnectionCommands } from './connection-commands.ts';
import { addContactCommands } from './contact-commands.ts';
import { addDestinationCommands } from './destination-commands.ts';
import { addFeedCommands } from './feed-commands.ts';
import { addImportCommands } from './import-commands.ts';
import { addFieldCommands, addInstitutionCommands } from './institution-commands.ts';
import { addNotAvailableCommands } from './not-available-commands.ts';
import { addTransferCommands } from './transfer-commands.ts';

/** A command that does not go through the API: `main` runs these itself, as they need more than a client. */
export type LocalCommands = (program: Command) => void;

/** Runs one command line (without node and script name) and gives its exit code. */
export async function runCommandLine(argv: string[], io: CommandIo, addLocalCommands: LocalCommands): Promise<number> {
  const program = new Command('causeway')
    .description('Two-way SFTP exchange for student and contact records.')
    .option('--json', 'one JSON document on stdout')
    .configureOutput({ writeOut: (text) => io.stdout.write(text), writeErr: (text) => io.stderr.write(text) })
    .exitOverride();
  const run = actionRunner(io);
  addLocalCommands(program);
  addInstitutionCommands(program, run);
  addFeedCommands(program, run);
  addFieldCommands(program, run);
  addImportCommands(program, run, io);
  addContactCommands(program, run);
  addConnectionCommands(program, run);
  addDestinationCommands(program, run);
  addTransferCommands(program, run, io);
  addNotAvailableCommands(program, run);
  acceptJsonEverywhere(program);
  try {
    await program.parseAsync(argv, { from: 'user' });
    return 0;
  } catch (error) {
    if (error instanceof Exit) return error.code;
    if (!(error instanceof CommanderError)) throw error;
    if (error.code === 'commander.helpDisplayed' || error.code === 'commander.version') return 0;
    if (error.code === 'causeway.wrongUse') io.stderr.write(`${error.message}\n`);
    if (argv.includes('--json')) {
      const { problem } = localProblem(
        'wrong-use',
        error.message.replace(/^error: /, ''),
        'See causeway --help for the commands and their words.',
      );
      io.stdout.write(`${JSON.stringify({ error: problem })}\n`);
    }
    return 2;
  }
}

/** `--json` may stand before or after the command's own words. */
function acceptJsonEverywhere(command: Command): void {
  for (const sub of command.commands) {
    if (!sub.options.some((option) => option.long === '--json')) sub.option('--json', 'one JSON document on stdout');
    acceptJsonEverywhere(sub);
  }
}

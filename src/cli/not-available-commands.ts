// Commands of the contract whose part is not built yet: they answer `not-available` and exit 1 (ruling 18).
// Invariant: a name leaves this table in the change that builds it.

import type { Command } from 'commander';
import { localProblem } from './client.ts';
import type { RunAction } from './command.ts';

export function addNotAvailableCommands(program: Command, run: RunAction): void {
  const refuse = (name: string) => (_options: unknown, command: Command) =>
    run(command, () => {
      throw localProblem(
        'not-available',
        `“${name}” is not available in this version.`,
        'See CHANGELOG.md for what is.',
      );
    });
  for (const name of ['backup', 'restore'])
    program
      .command(name)
      .description('not available yet')
      .allowUnknownOption()
      .allowExcessArguments()
      .action((options, command) => refuse(name)(options, command));
}

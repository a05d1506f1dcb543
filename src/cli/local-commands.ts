// Commands that work on the configuration itself and not through the API: user create, token create, audit verify, doctor.
// Invariant: what they need is loaded only when one of them runs, so that the client commands start fast.

import type { Command } from 'commander';
import type { Config, Secrets } from '../config.ts';
import { type CommandIo, endWith } from './command.ts';

export type ReadSettings = () => { config: Config; secrets: Secrets };

export function addLocalCommands(program: Command, io: CommandIo, settings: ReadSettings): void {
  const user = program.command('user').description('people who sign in (works locally on the configuration)');
  user
    .command('create')
    .requiredOption('--email <address>')
    .requiredOption('--name <name>')
    .requiredOption('--role <role>', 'operator, admin or viewer')
    .option('--institution <slug>', 'of an admin or viewer')
    .option('--password <password>', 'at least 12 characters; one is made when none is given')
    .action((options, command) =>
      endWith(command, io, async () => (await import('./local-work.ts')).makeUser(settings, options)),
    );
  const token = program.command('token').description('API tokens (works locally on the configuration)');
  token
    .command('create')
    .requiredOption('--name <name>', 'what it is for')
    .requiredOption('--role <role>', 'operator, admin or viewer')
    .option('--institution <slug>', 'of an admin or viewer')
    .action((options, command) =>
      endWith(command, io, async () => (await import('./local-work.ts')).makeToken(settings, options)),
    );
  program
    .command('audit')
    .description('the audit log')
    .command('verify')
    .description('check the hash chains: every event in its place and unchanged')
    .action((_options, command) =>
      endWith(command, io, async () => (await import('./local-work.ts')).verifyAllChains(settings)),
    );
  program
    .command('doctor')
    .description('look at the configuration and say what is found')
    .action((_options, command) => endWith(command, io, async () => (await import('./doctor.ts')).examine(settings)));
}

// Commands that work on the configuration itself and not through the API: user create, token create, audit verify, doctor.
// Invariant: they run beside a server that is running, and leave it running.

import { randomBytes } from 'node:crypto';
import type { Command } from 'commander';
import { createUser } from '../accounts/create-user.ts';
import { openPasswords } from '../accounts/passwords.ts';
import { createToken } from '../accounts/tokens.ts';
import { verifyChain } from '../accounts/verify-audit.ts';
import { withLocalDeps } from '../app.ts';
import type { Config, Secrets } from '../config.ts';
import type { Deps } from '../deps.ts';
import { type Actor, type Role, systemActor } from '../domain/actor.ts';
import { AppError } from '../domain/errors.ts';
import { installationChain } from '../domain/ids.ts';
import { listInstitutionsAllInstitutions } from '../store/institutions.ts';
import type { CommandIo, Outcome } from './command.ts';
import { endWith } from './command.ts';
import { examine } from './doctor.ts';

export type ReadSettings = () => { config: Config; secrets: Secrets };

const localActor: Actor = { ...systemActor, name: 'command line' };

export function addLocalCommands(program: Command, io: CommandIo, settings: ReadSettings): void {
  const local = (command: Command, work: (deps: Deps) => Promise<Outcome>) =>
    endWith(command, io, () => {
      const { config, secrets } = settings();
      return withLocalDeps(config, secrets, work);
    });

  const user = program.command('user').description('people who sign in (works locally on the configuration)');
  user
    .command('create')
    .requiredOption('--email <address>')
    .requiredOption('--name <name>')
    .requiredOption('--role <role>', 'operator, admin or viewer')
    .option('--institution <slug>', 'of an admin or viewer')
    .option('--password <password>', 'at least 12 characters; one is made when none is given')
    .action((options, command) =>
      local(command, async (deps) => {
        const password: string = options.password ?? randomBytes(15).toString('base64url');
        const wanted = { ...options, role: checkedRole(options.role), password };
        const made = await createUser({ ...deps, passwords: openPasswords() }, localActor, wanted);
        const shown = { id: made.id, email: made.email, name: made.name, role: made.role };
        const text = `${made.email} can sign in as ${made.role} with the password ${password}`;
        return { exit: 0, json: { ...shown, ...(options.password ? {} : { password }) }, text };
      }),
    );

  const token = program.command('token').description('API tokens (works locally on the configuration)');
  token
    .command('create')
    .requiredOption('--name <name>', 'what it is for')
    .requiredOption('--role <role>', 'operator, admin or viewer')
    .option('--institution <slug>', 'of an admin or viewer')
    .action((options, command) =>
      local(command, async (deps) => {
        const wanted = { ...options, role: checkedRole(options.role) };
        const made = await createToken(deps, localActor, wanted);
        const json = { id: made.token.id, name: made.token.name, role: made.token.role, token: made.secret };
        return { exit: 0, json, text: `${made.secret}\n(shown once; ${made.token.role})` };
      }),
    );

  program
    .command('audit')
    .description('the audit log')
    .command('verify')
    .description('check the hash chains: every event in its place and unchanged')
    .action((_options, command) => local(command, verifyAllChains));

  program
    .command('doctor')
    .description('look at the configuration and say what is found')
    .action((_options, command) => endWith(command, io, () => examine(settings)));
}

async function verifyAllChains(deps: Deps): Promise<Outcome> {
  const institutions = await listInstitutionsAllInstitutions(deps.db, { before: null, limit: 100_000 });
  const chains = [{ id: installationChain, slug: 'installation' }, ...institutions];
  const results = [];
  for (const { id, slug } of chains) results.push({ chain: slug, ...(await verifyChain(deps, id)) });
  const lines = results.map((result) =>
    result.ok
      ? `${result.chain}: ${result.events} events, unbroken; head ${result.head.seq} ${result.head.hash}`
      : `${result.chain}: BROKEN at event ${result.seq} (${result.fault})`,
  );
  const ok = results.every((result) => result.ok);
  return { exit: ok ? 0 : 1, json: { ok, chains: results }, text: lines.join('\n') };
}

function checkedRole(text: string): Role {
  if (text === 'operator' || text === 'admin' || text === 'viewer') return text;
  throw new AppError('invalid', 'unknown-role', `“${text}” is no role.`, 'Use operator, admin or viewer.');
}

// causeway destination create | show | list | update | probe | confirm-host-key | forget-host-key | enable | disable | delete | regenerate-key.

import { readFile } from 'node:fs/promises';
import type { Command } from 'commander';
import type { DestinationView, ProbeView } from '../api/destinations.ts';
import { datasetOption, type Outcome, type RunAction, sheet, table, wholeNumberOption, wrongUse } from './command.ts';
import { destinationFields, destinationOptions, keyTypeOption } from './destination-options.ts';

export function addDestinationCommands(program: Command, run: RunAction): void {
  const destination = program.command('destination').description('where an institution wants files delivered');
  addSetUp(destination, run);
  addHostKeys(destination, run);
  addStates(destination, run);
}

function addSetUp(destination: Command, run: RunAction): void {
  destinationOptions(
    destination
      .command('create')
      .description('set a destination up, as a draft; test it next')
      .argument('<institution>')
      .addOption(datasetOption().makeOptionMandatory())
      .requiredOption('--host <host>', 'host name or address')
      .requiredOption('--username <name>', 'the user on the server')
      .addOption(
        keyTypeOption(
          '--generate-key [type]',
          'log in by a key pair that is made now (ssh-ed25519 or ssh-rsa); its public half is shown once',
        ),
      ),
  ).action(async (slug: string, options, command) => {
    const body = { ...(await destinationFields(options)), dataset: options.dataset, ...generateKey(options) };
    if ((body.password === undefined) === (body.generateKey === undefined))
      throw wrongUse('Give either --password-file FILE or --generate-key.');
    await run(command, async (client) =>
      destinationOutcome(await client.send<DestinationView>('POST', pathOf(slug), body)),
    );
  });
  destinationOptions(
    destination
      .command('update')
      .description('change settings; what is not given stays')
      .argument('<institution>')
      .argument('<id>')
      .option('--host <host>', 'host name or address')
      .option('--username <name>', 'the user on the server')
      .option('--check-fingerprint', 'check the fingerprint of the server'),
  ).action(async (slug: string, id: string, options, command) => {
    const body = await destinationFields(options);
    await run(command, async (client) =>
      destinationOutcome(await client.send<DestinationView>('PATCH', pathOf(slug, id), body)),
    );
  });
  destination
    .command('list')
    .argument('<institution>')
    .option('--limit <n>', 'at most so many', wholeNumberOption)
    .action((slug: string, options, command) =>
      run(command, async (client) => {
        const items = await client.list<DestinationView>(pathOf(slug), {}, options.limit);
        const rows = items.map((item) => [item.id, item.dataset, item.name, item.host, item.state, item.nextRunAt]);
        const head = ['id', 'dataset', 'name', 'host', 'state', 'next run'];
        return { exit: 0, json: items, text: table(head, rows) };
      }),
    );
  destination
    .command('show')
    .argument('<institution>')
    .argument('<id>')
    .action((slug: string, id: string, _options, command) =>
      run(command, async (client) => destinationOutcome(await client.get<DestinationView>(pathOf(slug, id)))),
    );
  destination
    .command('regenerate-key')
    .description('make a new key pair; the old one serves until the new one has worked, at most 14 days')
    .argument('<institution>')
    .argument('<id>')
    .addOption(keyTypeOption('--type <type>', 'ssh-ed25519 or ssh-rsa').default('ssh-ed25519'))
    .option('--at-once', 'the old key ends now')
    .action((slug: string, id: string, options, command) =>
      run(command, async (client) => {
        const body = { type: options.type, atOnce: options.atOnce === true };
        return destinationOutcome(await client.send('POST', pathOf(slug, id, '/regenerate-key'), body));
      }),
    );
}

function addHostKeys(destination: Command, run: RunAction): void {
  destination
    .command('confirm-host-key')
    .description('say that a fingerprint is the server’s; --public-key FILE for the key after a planned change')
    .argument('<institution>')
    .argument('<id>')
    .argument('[fingerprint]', 'SHA256:…')
    .option('--public-key <file>', 'the server’s next public key')
    .action(async (slug: string, id: string, fingerprint: string | undefined, options, command) => {
      if ((fingerprint === undefined) === (options.publicKey === undefined))
        throw wrongUse('Give either a fingerprint (SHA256:…) or --public-key FILE.');
      const body = fingerprint === undefined ? { publicKey: await textOf(options.publicKey) } : { sha256: fingerprint };
      await run(command, async (client) =>
        destinationOutcome(await client.send<DestinationView>('POST', pathOf(slug, id, '/host-keys'), body)),
      );
    });
  destination
    .command('forget-host-key')
    .description('take the confirmation of a fingerprint back')
    .argument('<institution>')
    .argument('<id>')
    .argument('<fingerprint>', 'SHA256:…')
    .action((slug: string, id: string, fingerprint: string, _options, command) =>
      run(command, async (client) => {
        const path = pathOf(slug, id, `/host-keys/${encodeURIComponent(fingerprint)}`);
        return destinationOutcome(await client.send<DestinationView>('DELETE', path));
      }),
    );
}

function addStates(destination: Command, run: RunAction): void {
  destination
    .command('probe')
    .description('test in stages; exit 0 when it passed')
    .argument('<institution>')
    .argument('<id>')
    .option('--enable', 'switch it on when the test passes (Test and Save)')
    .action((slug: string, id: string, options, command) =>
      run(command, async (client) => {
        const body = { enable: options.enable === true, wait: true };
        return probeOutcome(await client.send<ProbeView>('POST', pathOf(slug, id, '/probe'), body), slug);
      }),
    );
  for (const verb of ['enable', 'disable'])
    destination
      .command(verb)
      .argument('<institution>')
      .argument('<id>')
      .action((slug: string, id: string, _options, command) =>
        run(command, async (client) => destinationOutcome(await client.send('POST', pathOf(slug, id, `/${verb}`), {}))),
      );
  destination
    .command('delete')
    .description('everything stops at once; history and the place in the data stay')
    .argument('<institution>')
    .argument('<id>')
    .action((slug: string, id: string, _options, command) =>
      run(command, async (client) => destinationOutcome(await client.send('DELETE', pathOf(slug, id)))),
    );
}

function pathOf(slug: string, id?: string, rest = ''): string {
  const root = `/institutions/${encodeURIComponent(slug)}/destinations`;
  return id === undefined ? root : `${root}/${encodeURIComponent(id)}${rest}`;
}

function generateKey(options: { generateKey?: string | true }): { generateKey?: string } {
  if (options.generateKey === undefined) return {};
  return { generateKey: options.generateKey === true ? 'ssh-ed25519' : options.generateKey };
}

async function textOf(file: string): Promise<string> {
  return readFile(file, 'utf8').catch(() => {
    throw wrongUse(`There is no file ${file} that can be read.`);
  });
}

function destinationOutcome(view: DestinationView): Outcome {
  const text = sheet([
    ['id', view.id],
    ['dataset', view.dataset],
    ['name', view.name],
    ['state', `${view.state}. ${view.message}`],
    ['server', `${view.username}@${view.host}, port ${view.port}, folder ${view.path}`],
    ['login', view.auth === 'key' ? 'key pair' : 'password'],
    ...(view.publicKey ? [['public key (shown once)', view.publicKey] satisfies [string, string]] : []),
    ['fingerprint', view.hostKeyState],
    ...view.hostKeys.map((key): [string, string] => [
      `  ${key.confirmed ? 'confirmed' : key.state}`,
      `${key.sha256} (${key.type})`,
    ]),
    ['schedule', view.schedule],
    ['next run', view.nextRunAt],
    ...(view.lastFailure ? [['last failure', view.lastFailure.headline] satisfies [string, string]] : []),
  ]);
  return { exit: 0, json: view, text };
}

function probeOutcome(probe: ProbeView, slug: string): Outcome {
  const stages = probe.stages.map((stage) => [stage.name, stage.status, `${stage.ms} ms`, stage.detail]);
  const lines = [table(['stage', '', '', ''], stages)];
  const { failure } = probe;
  if (failure) lines.push('', failure.headline, failure.detail, failure.nextStep, `(${failure.code})`);
  else
    lines.push(
      '',
      probe.enabled
        ? 'The test passed. The destination is on.'
        : `The test passed. Nothing is sent until it is switched on: causeway destination enable ${slug} ${probe.destinationId}`,
    );
  if (failure?.code.startsWith('host-key-'))
    lines.push(`When it is right: causeway destination confirm-host-key ${slug} ${probe.destinationId} SHA256:…`);
  for (const key of probe.fingerprints)
    lines.push(`${key.sha256} ${key.md5} (${key.type})${key.confirmed ? ' confirmed' : ''}`);
  return { exit: probe.ok ? 0 : 1, json: probe, text: lines.join('\n') };
}

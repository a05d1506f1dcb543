// causeway institution create | list, causeway field create | list.

import type { Command } from 'commander';
import type { Field, Institution } from '../api/institutions.ts';
import { type RunAction, sheet, table, wholeNumberOption } from './command.ts';

export function addInstitutionCommands(program: Command, run: RunAction): void {
  const institution = program.command('institution').description('the institutions of this installation');
  institution
    .command('create')
    .description('make an institution with its first feed, which starts disabled')
    .requiredOption('--name <name>', 'its name')
    .requiredOption('--slug <slug>', 'its short name in addresses and commands: small letters, digits, hyphens')
    .requiredOption('--time-zone <zone>', 'IANA zone, such as America/New_York')
    .requiredOption('--country <country>', 'ISO 3166 letters, such as US: the default country of phone numbers')
    .action((options, command) =>
      run(command, async (client) => {
        const { name, slug, timeZone, country } = options;
        const made = await client.send<Institution>('POST', '/institutions', { name, slug, timeZone, country });
        return {
          exit: 0,
          json: made,
          text: `Made ${made.name} (${made.slug}). Next: causeway feed show ${made.slug} --reveal`,
        };
      }),
    );
  institution
    .command('list')
    .option('--limit <n>', 'at most so many', wholeNumberOption)
    .action((options, command) =>
      run(command, async (client) => {
        const items = await client.list<Institution>('/institutions', {}, options.limit);
        const rows = items.map((item) => [item.slug, item.name, item.timeZone, item.country]);
        return { exit: 0, json: items, text: table(['slug', 'name', 'time zone', 'country'], rows) };
      }),
    );
}

export function addFieldCommands(program: Command, run: RunAction): void {
  const field = program.command('field').description('the fields of an institution’s contacts');
  field
    .command('create')
    .argument('<institution>')
    .requiredOption('--name <name>', 'the field will be custom.NAME')
    .requiredOption('--type <type>', 'text, number, date, boolean, phone, email, url, single-select or multi-select')
    .option('--option <option...>', 'the options of a select')
    .action((slug: string, options, command) =>
      run(command, async (client) => {
        const made = await client.send<Field>('POST', `/institutions/${encodeURIComponent(slug)}/fields`, {
          name: options.name,
          type: options.type,
          options: options.option ?? [],
        });
        return {
          exit: 0,
          json: made,
          text: sheet([
            ['field', made.name],
            ['type', made.type],
          ]),
        };
      }),
    );
  field
    .command('list')
    .argument('<institution>')
    .option('--limit <n>', 'at most so many', wholeNumberOption)
    .action((slug: string, options, command) =>
      run(command, async (client) => {
        const items = await client.list<Field>(`/institutions/${encodeURIComponent(slug)}/fields`, {}, options.limit);
        const rows = items.map((item) => [item.name, item.title, item.type, item.required ? 'required' : '']);
        return { exit: 0, json: items, text: table(['field', 'title', 'type', ''], rows) };
      }),
    );
}

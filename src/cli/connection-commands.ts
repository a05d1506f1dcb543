// causeway connections load | list.

import { access } from 'node:fs/promises';
import type { Command } from 'commander';
import type { ConnectionLoadView, ConnectionView } from '../api/connections.ts';
import { type RunAction, sheet, table, wholeNumberOption, wrongUse } from './command.ts';

/** How many problems are told in words; the API keeps more. */
const mostTold = 10;

export function addConnectionCommands(program: Command, run: RunAction): void {
  const connections = program.command('connections').description('students who connected with an institution');
  connections
    .command('load')
    .description('load a file of CSV or NDJSON; rows that cannot be taken are told and do not stop it')
    .argument('<institution>')
    .argument('<file>')
    .action(async (slug: string, file: string, _options, command) => {
      await access(file).catch(() => {
        throw wrongUse(`There is no file ${file} that can be read.`);
      });
      await run(command, async (client) => {
        const load = await client.upload<ConnectionLoadView>(pathOf(slug), file, {});
        return { exit: 0, json: load, text: loadText(load) };
      });
    });
  connections
    .command('list')
    .argument('<institution>')
    .option('--external-id <id>', 'the one with this id of the sender')
    .option('--limit <n>', 'at most so many', wholeNumberOption)
    .action((slug: string, options, command) =>
      run(command, async (client) => {
        const items = await client.list<ConnectionView>(
          pathOf(slug),
          { externalId: options.externalId },
          options.limit,
        );
        const rows = items.map((item) => [
          item.externalId,
          item.connectedAt,
          item.firstName,
          item.lastName,
          item.phone ?? item.email,
          item.delivered ? 'yes' : item.leftOut ? 'before the start date' : 'not yet',
        ]);
        const head = ['id', 'connected', 'first name', 'last name', 'phone or e-mail', 'delivered'];
        return { exit: 0, json: items, text: table(head, rows) };
      }),
    );
}

function pathOf(slug: string): string {
  return `/institutions/${encodeURIComponent(slug)}/connections`;
}

function loadText(load: ConnectionLoadView): string {
  const { created, updated, unchanged, rejected, problems } = load;
  const counts = sheet([
    ['load', load.id],
    ['created', created],
    ['updated', updated],
    ['unchanged', unchanged],
    ['rejected', rejected],
    ['notices', load.notices],
  ]);
  // What was rejected first; the rest is of less weight.
  const ranked = [...problems].sort(
    (a, b) => Number(b.effect === 'row-rejected') - Number(a.effect === 'row-rejected'),
  );
  const told = ranked.slice(0, mostTold).map((problem) => problem.message);
  const more = rejected + load.notices - told.length;
  return [counts, ...told, ...(more > 0 ? [`… and ${more.toLocaleString('en-US')} more`] : [])].join('\n');
}

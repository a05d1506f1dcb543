// causeway feed show | add-key | renew | enable | disable | map | unmap.

import { readFile } from 'node:fs/promises';
import type { Command } from 'commander';
import type { Feed } from '../api/feeds.ts';
import type { Client } from './client.ts';
import { type Outcome, type RunAction, sheet, wrongUse } from './command.ts';

export function addFeedCommands(program: Command, run: RunAction): void {
  const feed = program.command('feed').description('the SFTP inbound feed of an institution');
  feed
    .command('show')
    .argument('<institution>')
    .option('--reveal', 'with the password; the reveal is written to the audit log')
    .action((slug: string, options, command) =>
      run(command, async (client) => {
        const shown = await feedOf(client, slug);
        if (!options.reveal) return feedOutcome(shown);
        return feedOutcome(await client.send<Feed>('POST', `${pathOf(slug, shown)}/reveal`));
      }),
    );
  feed
    .command('add-key')
    .description('install a public key (OpenSSH, RFC 4716, PEM or PuTTY)')
    .argument('<institution>')
    .argument('<file>')
    .action(async (slug: string, file: string, _options, command) => {
      const key = await readFile(file, 'utf8').catch(() => {
        throw wrongUse(`There is no file ${file} that can be read.`);
      });
      await run(command, (client) => change(client, slug, 'POST', '/keys', { key }));
    });
  feed
    .command('renew')
    .description('make a new password; keys stay')
    .argument('<institution>')
    .option('--overlap-hours <hours>', 'how long the old password goes on working', Number, 0)
    .action((slug: string, options, command) =>
      run(command, (client) => change(client, slug, 'POST', '/renew', { overlapHours: options.overlapHours })),
    );
  for (const verb of ['enable', 'disable'])
    feed
      .command(verb)
      .argument('<institution>')
      .action((slug: string, _options, command) => run(command, (client) => change(client, slug, 'POST', `/${verb}`)));
  feed
    .command('map')
    .description('add to the mapping: "LABEL=field" …; field is crmId, firstName, …, or custom.NAME')
    .argument('<institution>')
    .argument('<label=field...>')
    .action(async (slug: string, pairs: string[], _options, command) => {
      const set = Object.fromEntries(pairs.map(labelAndField));
      await run(command, (client) => change(client, slug, 'PATCH', '/mapping', { set }));
    });
  feed
    .command('unmap')
    .description('take labels out of the mapping')
    .argument('<institution>')
    .argument('<label...>')
    .action((slug: string, labels: string[], _options, command) =>
      run(command, (client) => change(client, slug, 'PATCH', '/mapping', { remove: labels })),
    );
}

function labelAndField(pair: string): [string, string] {
  const cut = pair.lastIndexOf('=');
  if (cut <= 0 || cut === pair.length - 1)
    throw wrongUse(`“${pair}” is not LABEL=field. Write it as in "Student ID=crmId".`);
  return [pair.slice(0, cut), pair.slice(cut + 1)];
}

async function feedOf(client: Client, slug: string): Promise<Feed> {
  const page = await client.get<{ items: Feed[] }>(`/institutions/${encodeURIComponent(slug)}/feeds`);
  const [first] = page.items;
  if (!first) throw new Error('an institution without a feed');
  return first;
}

function pathOf(slug: string, feed: Feed): string {
  return `/institutions/${encodeURIComponent(slug)}/feeds/${feed.id}`;
}

async function change(
  client: Client,
  slug: string,
  method: 'POST' | 'PATCH',
  path: string,
  body?: unknown,
): Promise<Outcome> {
  return feedOutcome(await client.send<Feed>(method, pathOf(slug, await feedOf(client, slug)) + path, body ?? {}));
}

function feedOutcome(feed: Feed): Outcome {
  const mapping = Object.entries(feed.mapping).map(([label, field]): [string, string] => [`  ${label}`, field]);
  const text = sheet([
    ['host', feed.host],
    ['port', feed.port],
    ['user', feed.username],
    ['password', feed.password ?? 'hidden; --reveal shows it'],
    ['state', feed.enabled ? 'On' : 'Off'],
    ['still to map', feed.missing.join(', ') || 'nothing'],
    ...feed.publicKeys.map((key): [string, string] => ['key', `${key.type} ${key.fingerprint} ${key.comment}`]),
    ['mapping', mapping.length === 0 ? 'empty' : ''],
    ...mapping,
  ]);
  return { exit: 0, json: feed, text };
}

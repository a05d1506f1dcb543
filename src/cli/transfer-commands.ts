// causeway transfer run | list | show | resend | download | preview.

import { setTimeout as pause } from 'node:timers/promises';
import type { Command } from 'commander';
import type { TransferPreview, TransferView } from '../api/transfers.ts';
import type { Client } from './client.ts';
import {
  type CommandIo,
  datasetOption,
  type Outcome,
  type RunAction,
  sheet,
  table,
  wholeNumberOption,
} from './command.ts';

const pollMilliseconds = 150;

export function addTransferCommands(program: Command, run: RunAction, io: CommandIo): void {
  const transfer = program.command('transfer').description('deliveries to destinations');
  transfer
    .command('run')
    .description('send what is new now, and wait until it is delivered')
    .argument('<institution>')
    .argument('<destination>')
    .option('--no-wait', 'return at once')
    .action((slug: string, id: string, options, command) =>
      run(command, async (client) => {
        const path = `${pathOf(slug)}/destinations/${encodeURIComponent(id)}/run`;
        const queued = await client.send<TransferView>('POST', path, { wait: false });
        return transferOutcome(options.wait ? await finished(client, queued.id) : queued, io);
      }),
    );
  transfer
    .command('list')
    .argument('<institution>')
    .addOption(datasetOption())
    .option('--status <status>')
    .option('--limit <n>', 'at most so many', wholeNumberOption)
    .action((slug: string, options, command) =>
      run(command, async (client) => {
        const query = { dataset: options.dataset, status: options.status };
        const items = await client.list<TransferView>(`${pathOf(slug)}/transfers`, query, options.limit);
        const rows = items.map((item) => [
          item.id,
          item.queuedAt,
          item.dataset,
          item.trigger,
          item.state,
          item.rows,
          item.fileName,
        ]);
        const head = ['id', 'queued', 'dataset', 'trigger', 'state', 'rows', 'file'];
        return { exit: 0, json: items, text: table(head, rows) };
      }),
    );
  transfer
    .command('show')
    .argument('<id>')
    .action((id: string, _options, command) =>
      run(command, async (client) => ({ ...transferOutcome(await transferOf(client, id), null), exit: 0 })),
    );
  transfer
    .command('resend')
    .description('send the file of a delivered transfer again, byte for byte')
    .argument('<id>')
    .option('--no-wait', 'return at once')
    .action((id: string, options, command) =>
      run(command, async (client) => {
        const path = `/transfers/${encodeURIComponent(id)}/resend`;
        const queued = await client.send<TransferView>('POST', path, { wait: false });
        return transferOutcome(options.wait ? await finished(client, queued.id) : queued, io);
      }),
    );
  transfer
    .command('download')
    .description('the file that the next transfer would send, on stdout; nothing is moved')
    .argument('<institution>')
    .addOption(datasetOption().makeOptionMandatory())
    .option('--mark', 'make today the date of the last export, where a first transfer then starts')
    .action((slug: string, options, command) =>
      run(command, async (client) => {
        const query = new URLSearchParams({ dataset: options.dataset });
        if (options.mark) await client.download(`${pathOf(slug)}/export?${query}`, io.stdout, 'POST');
        else await client.download(`${pathOf(slug)}/download?${query}`, io.stdout);
        return { exit: 0 };
      }),
    );
  transfer
    .command('preview')
    .description('what the next transfer would send')
    .argument('<institution>')
    .addOption(datasetOption().makeOptionMandatory())
    .action((slug: string, options, command) =>
      run(command, async (client) => {
        const preview = await client.get<TransferPreview>(`${pathOf(slug)}/preview`, { dataset: options.dataset });
        return { exit: 0, json: preview, text: previewText(preview) };
      }),
    );
}

function pathOf(slug: string): string {
  return `/institutions/${encodeURIComponent(slug)}`;
}

async function transferOf(client: Client, id: string): Promise<TransferView> {
  return client.get<TransferView>(`/transfers/${encodeURIComponent(id)}`);
}

async function finished(client: Client, id: string): Promise<TransferView> {
  for (;;) {
    const view = await transferOf(client, id);
    if (view.status !== 'queued' && view.status !== 'running') return view;
    await pause(pollMilliseconds);
  }
}

/** Exit 0: delivered, nothing to send, or not waited for. 1: failed (ruling 17); then the reason stands on stderr too. */
function transferOutcome(view: TransferView, io: CommandIo | null): Outcome {
  const { failure } = view;
  if (view.status === 'failed' && failure && io)
    io.stderr.write(`${failure.headline}\n${failure.detail}\n${failure.nextStep}\n(${failure.code})\n`);
  const text = sheet([
    ['transfer', view.id],
    ['state', view.state],
    ['file', view.fileName],
    ['rows', view.rows],
    ['bytes', view.bytes],
    ['sha256', view.sha256],
    ...view.stages.map((stage): [string, string] => [`  ${stage.name}`, `${stage.status}: ${stage.detail}`]),
    ...view.notes.map((note): [string, string] => ['note', note]),
    ...(failure
      ? ([
          ['failure', failure.code],
          ['', failure.headline],
          ['', failure.detail],
          ['what to do', failure.nextStep],
        ] as [string, string][])
      : []),
  ]);
  return { exit: view.status === 'failed' ? 1 : 0, json: view, text };
}

function previewText(preview: TransferPreview): string {
  const facts = sheet([
    ['file', preview.fileName],
    ['rows', preview.count],
    ['starts', startsWords(preview.startsFrom)],
    ...preview.notes.map((note): [string, string] => ['note', note]),
  ]);
  return preview.rows.length === 0 ? facts : `${facts}\n\n${table(preview.columns, preview.rows)}`;
}

function startsWords({ kind, at }: TransferPreview['startsFrom']): string {
  const day = at ?? '';
  switch (kind) {
    case 'watermark':
      return `where the last delivered one ended${at === null ? '' : ` (${at})`}`;
    case 'since':
      return `on ${day}, the date that was set for the destination`;
    case 'last-exported':
      return `on ${day}, the date of “connections last exported”`;
    case 'beginning':
      return 'at the beginning: it holds everything';
  }
}

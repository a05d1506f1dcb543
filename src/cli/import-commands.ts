// causeway imports upload | list | show | wait | issues | errors | file | approve | discard | undo | again.

import { access } from 'node:fs/promises';
import { basename } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import type { Command } from 'commander';
import type { ImportView, IssueView } from '../api/imports.ts';
import { type Client, localProblem } from './client.ts';
import {
  type CommandIo,
  numberOption,
  type Outcome,
  type RunAction,
  sheet,
  table,
  wholeNumberOption,
  wrongUse,
} from './command.ts';

const pollMilliseconds = 150;

export function addImportCommands(program: Command, run: RunAction, io: CommandIo): void {
  const imports = program.command('imports').description('files that came in, and what became of their rows');
  imports
    .command('upload')
    .argument('<institution>')
    .argument('<file>')
    .option('--dry-run', 'a rehearsal: everything but the writing')
    .option('--no-wait', 'return at once')
    .action(async (slug: string, file: string, options, command) => {
      await access(file).catch(() => {
        throw wrongUse(`There is no file ${file} that can be read.`);
      });
      await run(command, async (client) => {
        const query = { fileName: basename(file), dryRun: String(options.dryRun === true) };
        const queued = await client.upload<ImportView>(
          `/institutions/${encodeURIComponent(slug)}/imports`,
          file,
          query,
        );
        return importOutcome(options.wait ? await finished(client, queued.id) : queued);
      });
    });
  imports
    .command('list')
    .argument('<institution>')
    .option('--source <source>', 'sftp, upload or api')
    .option('--status <status>')
    .option('--limit <n>', 'at most so many', wholeNumberOption)
    .action((slug: string, options, command) =>
      run(command, async (client) => {
        const path = `/institutions/${encodeURIComponent(slug)}/imports`;
        const items = await client.list<ImportView>(
          path,
          { source: options.source, status: options.status },
          options.limit,
        );
        const rows = items.map((item) => [
          item.id,
          item.queuedAt,
          item.source,
          item.fileName,
          item.state,
          item.counts.rows,
        ]);
        return { exit: 0, json: items, text: table(['id', 'arrived', 'source', 'file', 'state', 'rows'], rows) };
      }),
    );
  imports
    .command('show')
    .argument('<id>')
    .action((id: string, _options, command) =>
      run(command, async (client) => ({ ...importOutcome(await importOf(client, id)), exit: 0 })),
    );
  imports
    .command('wait')
    .description('wait until the newest arrival (of that name) is done; a held one counts as done')
    .argument('<institution>')
    .option('--file <name>')
    .option('--timeout <seconds>', 'give up after so many seconds', numberOption, 300)
    .action((slug: string, options, command) =>
      run(command, async (client) => importOutcome(await awaited(client, slug, options.file, options.timeout))),
    );
  imports
    .command('issues')
    .argument('<id>')
    .option('--limit <n>', 'at most so many', wholeNumberOption)
    .action((id: string, options, command) =>
      run(command, async (client) => {
        const items = await client.list<IssueView>(`/imports/${encodeURIComponent(id)}/issues`, {}, options.limit);
        const rows = items.map((item) => [item.row, item.label, item.code, item.effect, item.message]);
        return { exit: 0, json: items, text: table(['row', 'label', 'code', 'effect', 'message'], rows) };
      }),
    );
  for (const [name, path, description] of [
    ['errors', 'errors.csv', 'the rows to fix, with the reasons, as CSV'],
    ['file', 'file', 'the original bytes'],
  ] as const)
    imports
      .command(name)
      .description(description)
      .argument('<id>')
      .action((id: string, _options, command) =>
        run(command, async (client) => {
          await client.download(`/imports/${encodeURIComponent(id)}/${path}`, io.stdout);
          return { exit: 0 };
        }),
      );
  for (const verb of ['approve', 'discard', 'again', 'undo'] as const)
    imports
      .command(verb)
      .argument('<id>')
      .option('--no-wait', 'return at once')
      .action((id: string, options, command) =>
        run(command, async (client) => {
          const moved = await client.send<ImportView>('POST', `/imports/${encodeURIComponent(id)}/${verb}`, {});
          return verb === 'discard'
            ? { ...importOutcome(moved), exit: 0 }
            : importOutcome(options.wait ? await finished(client, moved.id) : moved);
        }),
      );
}

async function importOf(client: Client, id: string): Promise<ImportView> {
  return client.get<ImportView>(`/imports/${encodeURIComponent(id)}`);
}

function isDone(view: ImportView): boolean {
  return view.status !== 'queued' && view.status !== 'running';
}

async function finished(client: Client, id: string): Promise<ImportView> {
  for (;;) {
    const view = await importOf(client, id);
    if (isDone(view)) return view;
    await pause(pollMilliseconds);
  }
}

async function awaited(client: Client, slug: string, file: string | undefined, seconds: number): Promise<ImportView> {
  const deadline = performance.now() + seconds * 1000;
  const path = `/institutions/${encodeURIComponent(slug)}/imports`;
  for (;;) {
    const page = await client.get<{ items: ImportView[] }>(path, { file, limit: 1 });
    const [newest] = page.items;
    if (newest && isDone(newest)) return newest;
    if (performance.now() >= deadline) throw timedOut(seconds, file, newest);
    await pause(pollMilliseconds);
  }
}

function timedOut(seconds: number, file: string | undefined, newest: ImportView | undefined) {
  const what = file ? `“${file}”` : 'a file';
  return localProblem(
    'timed-out',
    newest
      ? `${what} has arrived but was not done after ${seconds} s: ${newest.state}.`
      : `${what} did not arrive within ${seconds} s.`,
    newest
      ? `Wait again, or look at it with: causeway imports show ${newest.id}`
      : 'Check the name, and the recent sessions of the feed.',
  );
}

/** Exit 0: succeeded, held. 1: failed, ignored (ruling 17). One that was not waited for counts as 0. */
function importOutcome(view: ImportView): Outcome {
  const bad = view.status === 'failed' || view.status === 'ignored' || view.status === 'discarded';
  const issues = Object.entries(view.issues).map(([code, count]): [string, number] => [`  ${code}`, count]);
  const text = sheet([
    ['import', view.id],
    ['file', view.fileName],
    ['state', view.state],
    ['', view.message],
    ['rows', view.counts.rows],
    ['created', view.counts.created],
    ['updated', view.counts.updated],
    ['unchanged', view.counts.unchanged],
    ['skipped', view.counts.skipped],
    ...issues,
  ]);
  return { exit: bad ? 1 : 0, json: view, text };
}

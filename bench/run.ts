// npm run bench: every benchmark against its named peer in one run, as a table, as Markdown or as JSON.
// Invariant: a ratio compares two figures that were measured in this run on this machine; here they are only chosen, judged and printed.

import { cpus, loadavg, totalmem } from 'node:os';
import { parseArgs } from 'node:util';
import { table } from '../src/cli/command.ts';
import { failureOf, type Judged, judged, markdown, tableRows } from './judge.ts';
import { benchmarks } from './rows.ts';

const { values: options } = parseArgs({
  options: {
    json: { type: 'boolean' },
    markdown: { type: 'boolean' },
    long: { type: 'boolean', default: false },
    only: { type: 'string' },
    rows: { type: 'string' },
    rounds: { type: 'string' },
  },
});
const chosen = benchmarks.filter(({ name, rows, isLong }) =>
  options.only === undefined ? !isLong || options.long : options.only === name || options.only in rows,
);
if (chosen.length === 0)
  wrongUse(`There is no benchmark “${options.only}”. There are: ${benchmarks.map(({ name }) => name).join(', ')}.`);

const started = new Date();
const wanted = { rows: wholeNumber('rows'), rounds: wholeNumber('rounds'), long: options.long };
const results: Judged[] = [];
const failures: { name: string; message: string }[] = [];
for (const { name, rows, measure } of chosen) {
  console.error(`measuring ${name} …`);
  try {
    results.push(...judged(await measure(wanted), rows));
  } catch (error) {
    // The other rows are worth their time all the same.
    failures.push({ name, message: failureOf(error) });
    console.error(`${name} could not be measured: ${failureOf(error)}`);
  }
}
const [cpu] = cpus();
const load = loadavg().map((value) => value.toFixed(1));
const machine = `${cpus().length} × ${cpu?.model.trim() ?? 'unknown'}, ${Math.round(totalmem() / 1024 ** 3)} GiB, Node ${process.versions.node}`;
const date = started.toISOString().slice(0, 10);
if (options.markdown) console.log(`${markdown({ machine, date, load }, results)}\n`);
else {
  console.log(`${machine}, ${date}, load ${load.join(' ')} at the end`);
  console.log(table(['benchmark', 'ours', 'peer', 'peer is', 'ratio', 'of CPU', 'limit'], tableRows(results)));
  console.log(results.map(({ name, bound }) => `${name}: ${bound}`).join('\n'));
}
if (options.json) console.log(JSON.stringify({ machine, date, results, failures }));
process.exitCode = failures.length === 0 && results.every((result) => result.ok) ? 0 : 1;

function wholeNumber(name: 'rows' | 'rounds'): number | null {
  const text = options[name];
  if (text === undefined) return null;
  const value = Number(text);
  if (!Number.isInteger(value) || value < 1) wrongUse(`--${name} takes a whole number from 1 on, not “${text}”.`);
  return value;
}

function wrongUse(sentence: string): never {
  console.error(sentence);
  process.exit(2);
}

// Files that break readers, each read by a process of its own with a small heap: memory must not follow the file.
import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { readCsv } from './read.ts';

/** What a case may take beyond a file of three rows: the largest row (16 MiB) a few times over. */
const MEMORY_MIB = 100;

interface Case {
  source: () => Iterable<Buffer>;
  /** Data rows, problems of rows and of the file as `code: count`, largest total of cells in a row. */
  rows: number;
  told: Record<string, number>;
  endsInsideQuote?: boolean;
}

const MILLION = 1_000_000;

function* repeated(text: string, times: number, encoding: BufferEncoding = 'utf8'): Generator<Buffer> {
  const piece = Buffer.from(text, encoding);
  const most = Math.ceil((64 << 10) / piece.length);
  const chunk = Buffer.concat(Array.from({ length: most }, () => piece));
  for (let left = times; left > 0; left -= most) yield chunk.subarray(0, Math.min(left, most) * piece.length);
}

function* around(
  before: string,
  body: Iterable<Buffer>,
  after: string,
  encoding: BufferEncoding = 'utf8',
): Generator<Buffer> {
  yield Buffer.from(before, encoding);
  yield* body;
  yield Buffer.from(after, encoding);
}

const TORTURES: Record<string, Case> = {
  'three rows': { source: () => [Buffer.from('a,b\n1,2\n3,4\n5,6\n')], rows: 3, told: {} },
  'a cell of 100 MB': {
    source: () => around('a,b\n1,2\n', repeated('x', 100 * MILLION), ',2\n3,4\n'),
    rows: 3,
    told: { 'row-too-large': 1 },
  },
  'a quoted cell of 100 MB with lines in it': {
    source: () => around('a,b\n1,2\n"', repeated('some words\r\n""', 7 * MILLION), '",2\n3,4\n'),
    rows: 3,
    told: { 'row-too-large': 1 },
  },
  'a row of 100 MB whose cells are small': {
    source: () => around('a,b\n1,2\n', repeated(`${'x'.repeat(50_000)},`, 2000), '2\n3,4\n'),
    rows: 3,
    told: { 'row-too-large': 1 },
  },
  '100,000 columns in a header and in rows': {
    source: () => around('', [Buffer.from(`${`${'x,'.repeat(100_000)}\n`.repeat(3)}`)], '1,2\n'),
    rows: 3,
    told: { 'row-too-large': 3, 'column-count-mismatch': 1, 'duplicate-label': 1 },
  },
  '100 MB of delimiters': {
    source: () => around('a,b\n', repeated(',', 100 * MILLION), '\n1,2\n'),
    rows: 2,
    told: { 'row-too-large': 1 },
  },
  'a quote that opens and 100 MB after it': {
    source: () => around('a,b\n1,2\n3,"4\n', repeated('5,6\n', 25 * MILLION), ''),
    rows: 2,
    told: { 'row-too-large': 1, 'malformed-quoting': 1 },
    endsInsideQuote: true,
  },
  '100 MB of zeros': {
    source: () => around('a,b\n1,2\n', repeated('\0', 100 * MILLION), ''),
    rows: 2,
    told: { 'row-too-large': 1, 'bad-encoding': 1 },
  },
  'a cell of 100 MB in UTF-16': {
    source: () => around('\ufeffa,b\n1,2\n', repeated('é', 50 * MILLION, 'utf16le'), ',2\n3,4\n', 'utf16le'),
    rows: 3,
    told: { 'row-too-large': 1 },
  },
  'five million blank rows': {
    source: () => around('a,b\n1,2\n', repeated('\n', 5 * MILLION), '3,4\n'),
    rows: 2,
    told: { 'blank-row': 1 },
  },
  'a million rows that are all wrong': {
    source: () => around('a,b,c\n', repeated('1,2\n', MILLION), ''),
    rows: MILLION,
    told: { 'column-count-mismatch': MILLION },
  },
  'a million cells in another encoding than the other million': {
    source: () => around('a,b\né,ü\n', repeated('1,\xe9\n2,\xc3\xa9\n', MILLION, 'latin1'), ''),
    rows: 2 * MILLION + 1,
    told: { 'bad-encoding': 1 },
  },
};

async function runCase(name: string): Promise<void> {
  const { source } = TORTURES[name] as Case;
  const told: Record<string, number> = {};
  const tell = (code: string): void => {
    told[code] = (told[code] ?? 0) + 1;
  };
  const reading = await readCsv(
    (async function* () {
      yield* source();
    })(),
  );
  let rows = 0;
  for await (const batch of reading.batches) {
    for (const row of batch.rows) for (const problem of row.problems) tell(problem.code);
    rows += batch.rows.length;
  }
  const result = reading.result();
  for (const problem of result.problems) tell(problem.code);
  const { endsInsideQuote } = result;
  const mebibytes = Math.round(process.resourceUsage().maxRSS / 1024);
  process.stdout.write(JSON.stringify({ rows, told, endsInsideQuote, mebibytes }));
}

interface Outcome {
  rows: number;
  told: Record<string, number>;
  endsInsideQuote: boolean;
  mebibytes: number;
}

async function outcomeOf(name: string): Promise<Outcome> {
  const file = fileURLToPath(import.meta.url);
  const { stdout } = await promisify(execFile)(process.execPath, [
    '--max-old-space-size=64',
    '--max-semi-space-size=4',
    file,
    'case',
    name,
  ]);
  return JSON.parse(stdout) as Outcome;
}

if (process.argv[2] === 'case') await runCase(process.argv[3] as string);
else {
  const plain = outcomeOf('three rows');
  for (const [name, { rows, told, endsInsideQuote = false }] of Object.entries(TORTURES)) {
    test(`${name}: told, read to the end, in fixed memory`, async (context) => {
      const { mebibytes, ...found } = await outcomeOf(name);
      const more = mebibytes - (await plain).mebibytes;
      context.diagnostic(`${more} MiB more than three rows`);
      assert.deepEqual(found, { rows, told, endsInsideQuote });
      assert.ok(more < MEMORY_MIB, `${more} MiB more than three rows`);
    });
  }
}

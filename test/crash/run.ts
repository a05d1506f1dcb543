// npm run test:crash -- [--direction inbound|outbound|both] --seed N --rounds R: the crash harness by command. Exits with 1 when
// anything was lost or done twice. --faults takes a list of the faults to choose from. Outbound: --refuse rename,posix-rename for
// a server that refuses these.

import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { type Fault, inboundFaults, outboundFaults } from './faults.ts';
import { runInboundRounds } from './inbound-harness.ts';
import { runOutboundRounds } from './outbound-harness.ts';

const { values } = parseArgs({
  options: {
    direction: { type: 'string', default: 'inbound' },
    seed: { type: 'string', default: '1' },
    rounds: { type: 'string', default: '30' },
    refuse: { type: 'string', default: '' },
    faults: { type: 'string', default: '' },
  },
});
const [seed, rounds] = [Number(values.seed), Number(values.rounds)];
const stop = new AbortController();
for (const name of ['SIGINT', 'SIGTERM'] as const)
  process.once(name, () => stop.abort(new Error(`stopped by ${name}`)));
const list = (text: string) => text.split(',').filter((part) => part !== '');
const say = (line: string) => console.log(line);
const log = join(tmpdir(), `causeway-crash-${values.direction}-${seed}.log`);
const wanted = list(values.faults);
const of = (all: readonly Fault[]) => {
  const chosen = all.filter((fault) => wanted.length === 0 || wanted.includes(fault));
  return { seed, rounds, say, log, signal: stop.signal, faults: chosen };
};
const reports = [
  ...(values.direction === 'outbound' ? [] : [await runInboundRounds(of(inboundFaults))]),
  ...(values.direction === 'inbound'
    ? []
    : [await runOutboundRounds({ ...of(outboundFaults), refuse: list(values.refuse) })]),
];
for (const report of reports) console.log(JSON.stringify(report, null, 2));
process.exit(reports.every(({ violations }) => violations.length === 0) ? 0 : 1);

// npm run test:crash -- [--direction inbound|outbound|both] --seed N --rounds R: the crash harness by command. Exits with 1 when
// anything was lost or done twice. --faults takes a list of the faults to choose from. Inbound: --processes 2 for several processes
// that serve SFTP. Outbound: --refuse rename,posix-rename for a server that refuses these.

import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { type Fault, inboundFaults, outboundFaults } from './faults.ts';
import { runInboundRounds } from './inbound-harness.ts';
import { runOutboundRounds } from './outbound-harness.ts';
import type { RunOptions } from './run-options.ts';

const { values } = parseArgs({
  options: {
    direction: { type: 'string', default: 'inbound' },
    seed: { type: 'string', default: '1' },
    rounds: { type: 'string', default: '30' },
    refuse: { type: 'string', default: '' },
    faults: { type: 'string', default: '' },
    processes: { type: 'string', default: '1' },
  },
});
const [seed, rounds] = [Number(values.seed), Number(values.rounds)];
const stop = new AbortController();
for (const name of ['SIGINT', 'SIGTERM'] as const)
  process.once(name, () => stop.abort(new Error(`stopped by ${name}`)));

const list = (text: string) => text.split(',').filter((part) => part !== '');
const wanted = list(values.faults);
const optionsOf = (direction: string, faults: readonly Fault[]): RunOptions => ({
  seed,
  rounds,
  say: (line) => console.log(line),
  log: join(tmpdir(), `causeway-crash-${direction}-${seed}.log`),
  faults: faults.filter((fault) => wanted.length === 0 || wanted.includes(fault)),
  signal: stop.signal,
});
const directions: Record<string, () => Promise<{ violations: string[] }>> = {
  inbound: () => runInboundRounds({ ...optionsOf('inbound', inboundFaults), processes: Number(values.processes) }),
  outbound: () => runOutboundRounds({ ...optionsOf('outbound', outboundFaults), refuse: list(values.refuse) }),
};
const chosen = values.direction === 'both' ? Object.keys(directions) : [values.direction];
let isSound = true;
for (const direction of chosen) {
  const run = directions[direction];
  if (run === undefined) throw new Error(`--direction ${direction}: use inbound, outbound or both`);
  const report = await run();
  console.log(JSON.stringify({ direction, ...report }, null, 2));
  if (report.violations.length > 0) isSound = false;
}
process.exit(isSound ? 0 : 1);

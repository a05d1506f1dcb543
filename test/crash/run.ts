// npm run test:crash -- [--direction inbound|outbound] --seed N --rounds R: the crash harness by command. Exits with 1 when anything
// was lost or done twice. Outbound: --refuse rename,posix-rename for a server that refuses these.
// Inbound: --processes 2 for a server with several SFTP processes.

import { parseArgs } from 'node:util';
import { runCrashRounds } from './harness.ts';
import { runOutboundCrashRounds } from './outbound-harness.ts';

const { values } = parseArgs({
  options: {
    direction: { type: 'string', default: 'inbound' },
    seed: { type: 'string', default: '1' },
    rounds: { type: 'string', default: '30' },
    processes: { type: 'string', default: '1' },
    refuse: { type: 'string', default: '' },
  },
});
const [seed, rounds] = [Number(values.seed), Number(values.rounds)];
const say = (line: string) => console.log(line);
const refuse = values.refuse.split(',').filter((request) => request !== '');
const report =
  values.direction === 'outbound'
    ? await runOutboundCrashRounds(seed, rounds, say, refuse)
    : await runCrashRounds(seed, rounds, say, Number(values.processes));
console.log(JSON.stringify(report, null, 2));
process.exit(report.violations.length === 0 ? 0 : 1);

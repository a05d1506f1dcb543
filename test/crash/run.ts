// npm run test:crash -- --seed N --rounds R: the crash harness by command. Exits with 1 when anything was lost or done twice.

import { parseArgs } from 'node:util';
import { runCrashRounds } from './harness.ts';

const { values } = parseArgs({
  options: { seed: { type: 'string', default: '1' }, rounds: { type: 'string', default: '30' } },
});
const report = await runCrashRounds(Number(values.seed), Number(values.rounds), (line) => console.log(line));
console.log(JSON.stringify(report, null, 2));
process.exit(report.violations.length === 0 ? 0 : 1);

// When it is looked for what a wrong clock has left: at the start, when the clock goes back, and every ten minutes.

import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { openTestDeps, type TestDeps } from '../../test/kit/accounts.ts';
import { afterClockSteps } from './clock-steps.ts';

let deps: TestDeps;
before(async () => {
  deps = await openTestDeps();
});
after(() => deps.close());

test('it looks at the start, when the clock goes back, and every ten minutes of a clock that nobody sets', async () => {
  let time = Date.parse('2028-01-01T00:00:00Z');
  let uptime = 0;
  deps.clock = { now: () => new Date(time) };
  const tick = afterClockSteps([async () => 1], () => uptime);
  const found = [await tick(deps), await tick(deps)];
  time += 3_600_000;
  found.push(await tick(deps));
  time = Date.parse('2027-01-01T00:00:00Z');
  found.push(await tick(deps), await tick(deps));
  time -= 1;
  found.push(await tick(deps));
  uptime = 599_999;
  found.push(await tick(deps));
  uptime = 600_000;
  found.push(await tick(deps), await tick(deps));
  assert.deepEqual(found, [1, 0, 0, 1, 0, 1, 0, 1, 0]);
});

test('what fails is logged and does not keep the others from their turn', async () => {
  const fails = async () => {
    throw new Error('a work of the test');
  };
  assert.equal(await afterClockSteps([fails, async () => 2])(deps), 2);
  assert.ok(deps.lines.some((line) => line.includes('could not be set right') && line.includes('fails')));
});

// A program that asks a server for two addresses in turn, at a steady rate, until it is told to finish.
// Invariant: open loop: a request is due by the clock and its time counts from when it was due, however late it could be sent, so that a
// server that stalls is seen in every request that it held up (no coordinated omission).

import { Agent, get } from 'node:http';
import { runAsProgram } from './bench-program.ts';

export type LatencyTask = {
  targets: readonly { name: string; url: string; headers: Record<string, string> }[];
  /** Requests per second, of all targets together. */
  rate: number;
};

/** Milliseconds per request by target, and how many requests were not answered with 200. */
export type LatencyResult = { times: Record<string, number[]>; failed: number };

await runAsProgram(import.meta.filename, async ({ targets, rate }: LatencyTask, end): Promise<LatencyResult> => {
  const agent = new Agent({ keepAlive: true, maxSockets: 256 });
  const times: Record<string, number[]> = Object.fromEntries(targets.map(({ name }) => [name, []]));
  let failed = 0;
  let sent = 0;
  const open = new Set<Promise<void>>();
  const gap = 1000 / rate;

  function ask(due: number): void {
    const target = targets[sent % targets.length];
    if (!target) return;
    const answered = status(target.url, target.headers, agent).then((code) => {
      if (code === 200) times[target.name]?.push(performance.now() - due);
      else failed += 1;
    });
    open.add(answered);
    void answered.finally(() => open.delete(answered));
  }

  end.ready();
  const began = performance.now();
  const timer = setInterval(() => {
    for (; began + sent * gap <= performance.now(); sent += 1) ask(began + sent * gap);
  }, 1);
  await end.finish;
  clearInterval(timer);
  await Promise.all(open);
  agent.destroy();
  return { times, failed };
});

/** The status when the whole answer is there; 0 when there was none. */
function status(url: string, headers: Record<string, string>, agent: Agent): Promise<number> {
  return new Promise((resolve) => {
    const request = get(url, { headers, agent, timeout: 60_000 }, (response) => {
      response.resume();
      response.once('end', () => resolve(response.statusCode ?? 0));
      response.once('error', () => resolve(0));
    });
    request.once('timeout', () => request.destroy());
    request.once('error', () => resolve(0));
  });
}

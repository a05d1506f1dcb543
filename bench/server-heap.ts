// The garbage of a server process under measurement, collected through the inspector of its runtime.
// Invariant: the process does what it does without an inspector, but for collecting its garbage when it is asked to.

import { readFile } from 'node:fs/promises';
import { setTimeout as pause } from 'node:timers/promises';

/** Settings for a process whose garbage is to be collected. It says on standard error where its inspector listens. */
export const withInspector = { NODE_OPTIONS: '--inspect=127.0.0.1:0' };

export type ServerHeap = AsyncDisposable & { collect(): Promise<void> };

/** `errors`: the file with the standard error of a process that was started `withInspector`. */
export async function openServerHeap(errors: string): Promise<ServerHeap> {
  const socket = new WebSocket(await inspectorAddress(errors));
  const answers = new Map<number, () => void>();
  const opened = Promise.withResolvers<void>();
  const lost = Promise.withResolvers<never>();
  lost.promise.catch(() => undefined);
  socket.onopen = () => opened.resolve();
  socket.onclose = () => lost.reject(new Error('the inspector of the server has closed the link'));
  socket.onmessage = ({ data }) => answers.get((JSON.parse(String(data)) as { id: number }).id)?.();
  await Promise.race([opened.promise, lost.promise]);
  const ask = (method: string): Promise<void> => {
    const answer = Promise.withResolvers<void>();
    const id = answers.size;
    answers.set(id, answer.resolve);
    socket.send(JSON.stringify({ id, method }));
    return Promise.race([answer.promise, lost.promise]);
  };
  return {
    async collect() {
      // What was finalised by the first collection is garbage of the second.
      await ask('HeapProfiler.collectGarbage');
      await ask('HeapProfiler.collectGarbage');
    },
    async [Symbol.asyncDispose]() {
      socket.close();
    },
  };
}

async function inspectorAddress(errors: string): Promise<string> {
  for (let tries = 0; tries < 100; tries += 1) {
    const [address] = /ws:\/\/\S+/.exec(await readFile(errors, 'utf8')) ?? [];
    if (address !== undefined) return address;
    await pause(50);
  }
  throw new Error('the server does not say where its inspector listens');
}

// Programs that a benchmark runs beside itself, so that measuring does not share a thread with what is measured.
// Invariant: a program gets its task as its only argument, says when it is ready, and ends with its result or with an error; it
// ends too when its parent is gone.

import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';

export type BenchProgram<Result> = {
  /** Resolves when the program is under way. */
  ready: Promise<void>;
  /** Tells the program to come to its end. */
  finish(): void;
  /** What it found; throws when it ends without a result. */
  result: Promise<Result>;
};

type Message = { kind: 'ready' } | { kind: 'result'; result: object };

/** Starts `file` with this task. What the task and the result are, the program's file says. */
export function startProgram<Task extends object, Result>(file: URL, task: Task): BenchProgram<Result> {
  const child = spawn(process.execPath, [file.pathname, JSON.stringify(task)], {
    stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
  });
  const killAtExit = () => child.kill();
  process.once('exit', killAtExit);
  child.once('exit', () => process.off('exit', killAtExit));
  const { ready, result } = messagesOf<Result>(child);
  return { ready, result, finish: () => void child.send('finish', () => undefined) };
}

function messagesOf<Result>(child: ChildProcess): Pick<BenchProgram<Result>, 'ready' | 'result'> {
  const ready = Promise.withResolvers<void>();
  const result = Promise.withResolvers<Result>();
  child.on('message', (message: Message) => {
    if (message.kind === 'ready') ready.resolve();
    else result.resolve(message.result as Result);
  });
  child.once('exit', (code) => {
    const error = new Error(`a program of the benchmark ended with ${code} and without a result`);
    ready.reject(error);
    result.reject(error);
  });
  // Whoever started it looks at them in its own time.
  ready.promise.catch(() => undefined);
  result.promise.catch(() => undefined);
  return { ready: ready.promise, result: result.promise };
}

/** In a program. `ready` is to be called once; `finish` resolves when the parent asks for the end. */
export type ProgramEnd = { ready(): void; finish: Promise<unknown> };

/** In a program: does its work when this file was started as one. */
export async function runAsProgram<Task>(
  filename: string,
  work: (task: Task, end: ProgramEnd) => Promise<object>,
): Promise<void> {
  if (process.argv[1] !== filename) return;
  const abandoned = () => process.exit(1);
  process.once('disconnect', abandoned);
  const finish = once(process, 'message');
  const result = await work(JSON.parse(process.argv[2] ?? '') as Task, { ready: () => say({ kind: 'ready' }), finish });
  say({ kind: 'result', result }, () => {
    process.off('disconnect', abandoned);
    process.disconnect?.();
  });
}

function say(message: Message, sent: () => void = () => undefined): void {
  process.send?.(message, sent);
}

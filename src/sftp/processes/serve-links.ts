// A process that serves SFTP, as seen from inside: takes sockets from the main process and tells it what becomes of them.
// Invariant: it never outlives the main process, and ends by nobody's word but its own main process's.

import type { Socket } from 'node:net';
import { type Links, type LinksOptions, openLinks } from '../links.ts';
import type { LoginPenalties, PenaltyVerdict } from '../login-penalties.ts';
import type { AnswerOfProcess, PenaltyCall, QuestionToProcess, ToMain, ToProcess, WrittenPath } from './messages.ts';

export type ServeOptions = Omit<LinksOptions, 'penalties'> & { isWritten(path: WrittenPath): boolean };

export type MainProcess = {
  /** What this process was given to begin with. */
  task: Promise<object>;
  /** An import was queued. */
  wakeImports(): void;
  /** Takes links from now on. Resolves when the main process wants the end and every link has ended. */
  serve(options: ServeOptions): Promise<void>;
  /** It cannot begin. Resolves when that is said. */
  fail(sentence: string): Promise<void>;
  /** Lets the process end. */
  leave(): void;
};

/** How often a process looks whether the main one is still there, in milliseconds. */
const watchEvery = 1_000;

/** To be called once, first of all. */
export function joinMainProcess(): MainProcess {
  // A terminal and a service manager signal every process; the main one says when it is time.
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, () => undefined);
  const task = Promise.withResolvers<object>();
  const closing = Promise.withResolvers<number>();
  const verdicts = new Map<number, (verdict: PenaltyVerdict) => void>();
  let questions = 0;
  let links: Links | undefined;
  let isWritten: ServeOptions['isWritten'] = () => false;
  let leaving = false;
  let wakes = false;

  function say(message: ToMain): Promise<void> {
    return new Promise((resolve) => process.send?.(message, undefined, undefined, () => resolve()));
  }

  function askPenalties(call: PenaltyCall, address: string, account: string): Promise<PenaltyVerdict> {
    questions += 1;
    const question = questions;
    void say({ kind: 'penalty', question, call, address, account });
    return new Promise((resolve) => verdicts.set(question, resolve));
  }

  const penalties: LoginPenalties = {
    before: (address, account) => askPenalties('before', address, account),
    failed: async (address, account) => void (await askPenalties('failed', address, account)),
    succeeded: async (address, account) => void (await askPenalties('succeeded', address, account)),
  };

  async function answer(question: number, what: QuestionToProcess): Promise<void> {
    let found: AnswerOfProcess;
    if (what.about === 'written') found = what.paths.filter(isWritten);
    else found = (await links?.endSessions(what.feedId)) ?? 0;
    await say({ kind: 'answer', question, answer: found });
  }

  function take(number: number, link: Parameters<Links['begin']>[1], socket: Socket | undefined): void {
    void say({ kind: 'taken', number });
    const closed = () => void say({ kind: 'closed', number });
    const left = () => void say({ kind: 'left', number });
    // The client may have gone on the way.
    if (links === undefined || socket?.remoteAddress === undefined) {
      socket?.destroy();
      left();
      return;
    }
    socket.on('error', () => undefined);
    const admission = { loggedIn: () => void say({ kind: 'logged-in', number }), ended: closed };
    void links.begin(socket, link, admission).then(left);
  }

  process.on('message', (message: ToProcess, socket?: Socket) => {
    if (message.kind === 'link') take(message.number, message.link, socket);
    else if (message.kind === 'begin') task.resolve(message.task);
    else if (message.kind === 'close') closing.resolve(message.grace);
    else if (message.kind === 'ask') void answer(message.question, message.what);
    else {
      verdicts.get(message.question)?.(message.verdict);
      verdicts.delete(message.question);
    }
  });
  // Without the main process nothing that is done here can be answered for; its next start recovers what was open.
  const end = (): void => {
    if (!leaving) process.kill(process.pid, 'SIGKILL');
  };
  process.on('disconnect', end);
  // Should Node not tell of the lost channel, the system tells of another parent.
  const parent = process.ppid;
  setInterval(() => {
    if (!process.connected || process.ppid !== parent) end();
  }, watchEvery).unref();

  return {
    task: task.promise,
    wakeImports() {
      if (wakes) return;
      wakes = true;
      setImmediate(() => {
        wakes = false;
        void say({ kind: 'wake' });
      });
    },
    async serve(options) {
      isWritten = options.isWritten;
      links = openLinks({ ...options, penalties });
      await say({ kind: 'ready' });
      await links.close(await closing.promise);
    },
    fail: (sentence) => say({ kind: 'failed', sentence }),
    leave() {
      leaving = true;
      process.disconnect?.();
    },
  };
}

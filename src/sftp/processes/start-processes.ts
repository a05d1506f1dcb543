// The SFTP server in several processes: this one has the port, admission and penalties, the others have the links.
// Invariant: a process that dies is recovered before its end is told to anyone, and the others go on undisturbed.

import { randomUUID } from 'node:crypto';
import type { Socket } from 'node:net';
import { setTimeout as delay } from 'node:timers/promises';
import { AppError } from '../../domain/errors.ts';
import type { Clock } from '../../domain/ports.ts';
import type { Admission } from '../admission.ts';
import { bindDoor, type Peer, turnAway } from '../door.ts';
import { createMemoryPenalties, networkOf } from '../login-penalties.ts';
import { type PortOptions, type SftpServer, usualCheckEvery, usualGrace } from '../server.ts';
import { chooseProcess } from './choose-process.ts';
import { LinkProcess, type LinkProcessOptions } from './link-process.ts';
import type { WrittenPath } from './messages.ts';
import { RestartPauses } from './restart-pauses.ts';

/** What a dead process left: its name, and the sessions that it may have had open. */
export type LostProcess = { name: string; sessionIds: readonly string[] };

export type ProcessesOptions = PortOptions &
  Omit<LinkProcessOptions, 'penalties' | 'task'> & {
    clock: Clock;
    count: number;
    /** What the program of the process with this name begins with. */
    taskOf(name: string): object;
    /** Makes good what a process left. `writtenNow` asks those that live which of these paths they have open for writing. */
    recover(lost: LostProcess, writtenNow: (paths: readonly WrittenPath[]) => Promise<WrittenPath[]>): Promise<unknown>;
    log: Record<'info' | 'warn', (facts: object, message: string) => void>;
  };

/** `over` resolves when the process has ended and what it left is recovered. */
type Slot = { name: string; process: LinkProcess; pauses: RestartPauses; over: Promise<void> };

/** Behind `grace`, for a process to say good-bye to everybody and to close what it has, in milliseconds. */
const patience = 15_000;

/** Between two tries to recover what a process left, in milliseconds. */
const recoverPause = 2_000;

/** Takes the port, then starts the processes. Throws AppError when the port cannot be had, an Error when a process cannot begin. */
export async function startSftpProcesses(options: ProcessesOptions): Promise<SftpServer> {
  const { host, log, reportBug } = options;
  const penalties = options.penalties ?? createMemoryPenalties(options.clock);
  const newSessionId = options.newSessionId ?? randomUUID;
  const ending = new AbortController();
  const slots = new Set<Slot>();
  let recovering: Promise<void> = Promise.resolve();

  const living = (): LinkProcess[] => [...slots].map(({ process }) => process).filter((process) => process.isReady);

  function begin(pauses: RestartPauses): Slot {
    const name = `causeway-sftp-${randomUUID()}`;
    const process = new LinkProcess({ ...options, penalties, task: options.taskOf(name) });
    const over = process.gone.then(() => ended(slot));
    const slot: Slot = { name, pauses, process, over };
    slots.add(slot);
    return slot;
  }

  /** Recovers one process after the other, and starts another in its place. */
  async function ended(slot: Slot): Promise<void> {
    const { process, pauses, name } = slot;
    const { links, pid, sessionIds } = process;
    process.dropLinks();
    if (!ending.signal.aborted || links > 0) {
      log.warn(
        { pid, links, ...(await process.gone) },
        'a process of the SFTP server has ended, and its links broke off',
      );
      void startAgain(pauses);
      recovering = recovering.then(() => recover({ name, sessionIds }));
      await recovering;
    }
    slots.delete(slot);
  }

  /** Again and again while the database is away; what is not recovered when the server stops is recovered at its next start. */
  async function recover(lost: LostProcess): Promise<void> {
    for (;;) {
      try {
        await options.recover(lost, writtenNow);
        return;
      } catch (error) {
        reportBug('what a process of the SFTP server left could not be recovered', error);
      }
      if (ending.signal.aborted) return;
      await delay(recoverPause, undefined, { signal: ending.signal }).catch(() => undefined);
    }
  }

  async function startAgain(pauses: RestartPauses): Promise<void> {
    const pause = pauses.next();
    if (pause > 0) log.warn({ pause }, 'a process of the SFTP server keeps ending and is started again after a pause');
    await delay(pause, undefined, { signal: ending.signal, ref: false }).catch(() => undefined);
    if (ending.signal.aborted) return;
    const { process } = begin(pauses);
    await process.ready.then(
      () => log.info({ pid: process.pid }, 'a process of the SFTP server was started again'),
      (error: unknown) => reportBug('a process of the SFTP server could not be started again', error),
    );
  }

  async function writtenNow(paths: readonly WrittenPath[]): Promise<WrittenPath[]> {
    if (paths.length === 0) return [];
    const answers = await Promise.all(living().map((process) => process.ask({ about: 'written', paths })));
    return answers.flatMap((answer) => (answer === null || typeof answer === 'number' ? [] : answer));
  }

  function letIn(socket: Socket, peer: Peer, admission: Admission): void {
    const network = networkOf(peer.address);
    const loads = living().map((process) => ({
      process,
      links: process.links,
      ofNetwork: process.linksOf(network),
    }));
    const chosen = chooseProcess(loads);
    if (chosen !== undefined) chosen.process.handOver(socket, peer, newSessionId(), admission);
    else {
      admission.ended();
      turnAway(socket, 'This server is not ready. Connect again in a minute.');
    }
  }

  const door = await bindDoor({ ...options, reportBug });
  try {
    await options.prepare?.();
    const first = Array.from({ length: options.count }, () => begin(new RestartPauses()));
    await Promise.all(first.map(({ process }) => process.ready));
  } catch (error) {
    ending.abort();
    door.close();
    await Promise.all([...slots].map(({ process, over }) => process.kill().then(() => over)));
    throw error instanceof AppError ? error : cannotBegin(error);
  }
  door.open(letIn);
  const timer = setInterval(() => {
    door.checkTime();
    for (const process of living()) process.checkTime();
  }, options.checkEvery ?? usualCheckEvery);
  timer.unref();

  return {
    host,
    port: door.port,
    linkCount: () => living().reduce((sum, process) => sum + process.links, 0),
    async endSessions(feedId) {
      const ended = await Promise.all([...slots].map((slot) => endSessionsIn(slot, feedId)));
      return ended.reduce((sum, number) => sum + number, 0);
    },
    async close(grace = usualGrace) {
      ending.abort();
      clearInterval(timer);
      door.close();
      await Promise.all([...slots].map(({ process, over }) => process.close(grace, patience).then(() => over)));
    },
  };
}

async function endSessionsIn({ process, over }: Slot, feedId: string): Promise<number> {
  const answer = process.isReady ? await process.ask({ about: 'end-sessions', feedId }) : null;
  if (typeof answer === 'number') return answer;
  // One that died has ended its sessions, too, once it is recovered. One that only begins has none.
  if (process.hasEnded) await over;
  return 0;
}

function cannotBegin(error: unknown): AppError {
  const sentence = error instanceof Error ? error.message : String(error);
  return new AppError(
    'not-available',
    'sftp-process-failed',
    `A process that serves SFTP could not begin: ${sentence}`,
    'Look at the lines before this in the log. With CAUSEWAY_SFTP_PROCESSES=1 the main process serves SFTP itself.',
  );
}

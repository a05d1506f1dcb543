// One process that serves SFTP, as the main process sees it: hands it sockets, answers and asks it, and counts its links.
// Invariant: `gone` resolves once it has ended and what it said was heard; `dropLinks` then gives back what its links held.

import { type ChildProcess, fork } from 'node:child_process';
import type { Socket } from 'node:net';
import { setTimeout as delay } from 'node:timers/promises';
import type { Admission } from '../admission.ts';
import type { Peer } from '../door.ts';
import { type LoginPenalties, networkOf, type PenaltyVerdict } from '../login-penalties.ts';
import type { AnswerOfProcess, QuestionToProcess, ToMain, ToProcess } from './messages.ts';

export type LinkProcessOptions = {
  /** The file that it runs, and what that is given to begin with. */
  program: URL;
  task: object;
  /** Its whole environment: nothing of ours is handed down by itself. */
  env: Readonly<Record<string, string>>;
  penalties: LoginPenalties;
  wakeImports(): void;
  reportBug(message: string, cause: unknown): void;
};

/** `socket`: ours until the process has it. */
type HandedLink = { sessionId: string; network: string; admission: Admission; socket: Socket | null; since: number };

/** How it ended. */
export type ProcessEnd = { code: number | null; signal: NodeJS.Signals | null };

/** How long a process may take to accept a socket, in milliseconds. */
const longestHandOver = 30_000;

/** How long after its end the last messages of a process may come, in milliseconds; without them the recovery finds the same. */
const longestHearing = 1_000;

/** What is answered where nothing is asked but to count. */
const none: PenaltyVerdict = { locked: false, wait: 0 };

export class LinkProcess {
  /** Resolves when it takes links; rejects with a sentence when it ends before. */
  readonly ready: Promise<void>;
  readonly gone: Promise<ProcessEnd>;
  isReady = false;
  hasEnded = false;
  readonly #options: LinkProcessOptions;
  readonly #child: ChildProcess;
  readonly #links = new Map<number, HandedLink>();
  readonly #networks = new Map<string, number>();
  readonly #questions = new Map<number, (answer: AnswerOfProcess | null) => void>();
  readonly #began = Promise.withResolvers<void>();
  #numbers = 0;

  constructor(options: LinkProcessOptions) {
    this.#options = options;
    this.#child = fork(options.program, [], {
      env: { ...options.env },
      execArgv: [],
      serialization: 'json',
      stdio: ['ignore', 'inherit', 'inherit', 'ipc'],
    });
    this.ready = this.#began.promise;
    this.ready.catch(() => undefined);
    this.gone = this.#end();
    this.#child.on('message', (message: ToMain) => this.#hear(message));
    this.#child.on('error', (error) => options.reportBug('a process of the SFTP server failed', error));
    this.#say({ kind: 'begin', task: options.task });
  }

  get pid(): number | undefined {
    return this.#child.pid;
  }

  get links(): number {
    return this.#links.size;
  }

  linksOf(network: string): number {
    return this.#networks.get(network) ?? 0;
  }

  /** The sessions that it has, or may have. */
  get sessionIds(): string[] {
    return [...this.#links.values()].map((link) => link.sessionId);
  }

  /** A socket of which nothing was read. */
  handOver(socket: Socket, peer: Peer, sessionId: string, admission: Admission): void {
    this.#numbers += 1;
    const number = this.#numbers;
    const network = networkOf(peer.address);
    this.#links.set(number, { sessionId, network, admission, socket, since: performance.now() });
    this.#networks.set(network, this.linksOf(network) + 1);
    // Ours stays open until the process says that it has its own: one that dies meanwhile leaves nothing half handed over.
    this.#say({ kind: 'link', number, link: { sessionId, ...peer } }, socket);
  }

  /** Null when it ended before it answered. */
  ask(what: QuestionToProcess): Promise<AnswerOfProcess | null> {
    if (!this.#child.connected) return Promise.resolve(null);
    this.#numbers += 1;
    const question = this.#numbers;
    return new Promise((resolve) => {
      this.#questions.set(question, resolve);
      this.#say({ kind: 'ask', question, what });
    });
  }

  /** Ends links whose socket the process did not take. */
  checkTime(): void {
    const latest = performance.now() - longestHandOver;
    for (const [number, link] of this.#links) if (link.socket !== null && link.since <= latest) this.#left(number);
  }

  /** Asks it to end; what has not ended `patience` milliseconds later is killed. */
  async close(grace: number, patience: number): Promise<void> {
    this.#say({ kind: 'close', grace });
    const killer = setTimeout(() => this.#child.kill('SIGKILL'), grace + patience);
    await this.gone;
    clearTimeout(killer);
  }

  async kill(): Promise<void> {
    this.#child.kill('SIGKILL');
    await this.gone;
  }

  #hear(message: ToMain): void {
    if (message.kind === 'taken') this.#taken(message.number);
    else if (message.kind === 'logged-in') this.#links.get(message.number)?.admission.loggedIn();
    else if (message.kind === 'closed') this.#links.get(message.number)?.admission.ended();
    else if (message.kind === 'left') this.#left(message.number);
    else if (message.kind === 'wake') this.#options.wakeImports();
    else if (message.kind === 'answer') this.#answered(message.question, message.answer);
    else if (message.kind === 'penalty') void this.#judge(message);
    else if (message.kind === 'failed') this.#began.reject(new Error(message.sentence));
    else {
      this.isReady = true;
      this.#began.resolve();
    }
  }

  async #judge({ question, call, address, account }: Extract<ToMain, { kind: 'penalty' }>): Promise<void> {
    const { penalties, reportBug } = this.#options;
    try {
      const verdict = await penalties[call](address, account);
      this.#say({ kind: 'verdict', question, verdict: verdict ?? none });
    } catch (error) {
      reportBug('the penalty of a login could not be told', error);
      this.#say({ kind: 'verdict', question, verdict: { locked: true, wait: 0 } });
    }
  }

  #answered(question: number, answer: AnswerOfProcess | null): void {
    this.#questions.get(question)?.(answer);
    this.#questions.delete(question);
  }

  #taken(number: number): void {
    const link = this.#links.get(number);
    if (link === undefined) return;
    // Closes our copy only: nothing is sent, and the other one stays as it is.
    link.socket?.destroy();
    link.socket = null;
  }

  #left(number: number): void {
    const link = this.#links.get(number);
    if (link === undefined) return;
    this.#taken(number);
    this.#links.delete(number);
    const others = this.linksOf(link.network) - 1;
    if (others > 0) this.#networks.set(link.network, others);
    else this.#networks.delete(link.network);
    link.admission.ended();
  }

  #say(message: ToProcess, socket?: Socket): void {
    // A process that cannot be told anything has ended, which is noticed elsewhere.
    this.#child.send(message, socket, { keepOpen: true }, () => undefined);
  }

  async #end(): Promise<ProcessEnd> {
    const child = this.#child;
    const exited = new Promise<ProcessEnd>((resolve) => {
      child.once('exit', (code, signal) => resolve({ code, signal }));
      child.once('error', () => child.pid === undefined && resolve({ code: null, signal: null }));
    });
    // What it said last is heard before this; after a kill Node was seen not to tell of the lost channel.
    const heard = new Promise<void>((resolve) => child.once('disconnect', resolve));
    const end = await exited;
    if (child.pid !== undefined) await Promise.race([heard, delay(longestHearing, undefined, { ref: false })]);
    this.isReady = false;
    this.hasEnded = true;
    this.#began.reject(new Error(`it ended (${end.signal ?? `exit code ${end.code}`}) before it could take links`));
    for (const question of [...this.#questions.keys()]) this.#answered(question, null);
    return end;
  }

  /** After `gone`: counts out what it had. */
  dropLinks(): void {
    for (const number of [...this.#links.keys()]) this.#left(number);
  }
}

// What the main process and the processes that serve SFTP say to each other. Types only.
// Invariant: plain JSON; a question is answered exactly once, by its number, or never because the other side is gone.

import type { NewLink } from '../links.ts';
import type { LoginPenalties, PenaltyVerdict } from '../login-penalties.ts';

/** A path that a process may have open for writing. */
export type WrittenPath = { feedId: string; path: string };

/** A call of `LoginPenalties`. */
export type PenaltyCall = keyof LoginPenalties;

/** What the main process asks. */
export type QuestionToProcess =
  | { about: 'end-sessions'; feedId: string }
  /** Which of these paths are open for writing now. */
  | { about: 'written'; paths: readonly WrittenPath[] };

/** The number of sessions, or the paths. */
export type AnswerOfProcess = number | readonly WrittenPath[];

export type ToProcess =
  /** The first message: what the program of the process needs to begin. */
  | { kind: 'begin'; task: object }
  /** Comes with the socket. */
  | { kind: 'link'; number: number; link: NewLink }
  | { kind: 'ask'; question: number; what: QuestionToProcess }
  | { kind: 'verdict'; question: number; verdict: PenaltyVerdict }
  | { kind: 'close'; grace: number };

export type ToMain =
  | { kind: 'ready' }
  /** It cannot begin; the sentence is for the operator. */
  | { kind: 'failed'; sentence: string }
  /** The socket is there. */
  | { kind: 'taken'; number: number }
  | { kind: 'logged-in'; number: number }
  /** The socket is closed. */
  | { kind: 'closed'; number: number }
  /** The link is recorded, too. */
  | { kind: 'left'; number: number }
  | { kind: 'penalty'; question: number; call: PenaltyCall; address: string; account: string }
  | { kind: 'answer'; question: number; answer: AnswerOfProcess }
  /** An import was queued. */
  | { kind: 'wake' };

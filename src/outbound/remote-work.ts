// How a piece of remote work is timed, told as a stage, and how its errors get the stage at which they happened.
// Invariant: of every stage that was begun, exactly one is told; none is told after one that failed.

import { type ObservationKind, RemoteError, type RemoteSession, type Stage, type StageName } from '../domain/remote.ts';
import { observedSentence } from '../domain/tell-stage.ts';

/** What a stage says when it went well; `limited` when something was done in another way than the best one. */
export type Told = { detail: string; limited?: boolean };

/**
 * Runs one stage. A RemoteError from within is told as its failure and thrown on with this stage in its observation; anything
 * else is not a server's answer and is thrown on untold.
 */
export async function atStage<T extends Told>(
  name: StageName,
  onStage: (stage: Stage) => void,
  work: () => Promise<T>,
): Promise<T> {
  const began = performance.now();
  const tell = (status: Stage['status'], detail: string) =>
    onStage({ name, status, ms: Math.round(performance.now() - began), detail });
  try {
    const told = await work();
    tell(told.limited ? 'limited' : 'ok', told.detail);
    return told;
  } catch (error) {
    if (!(error instanceof RemoteError)) throw error;
    tell('failed', observedSentence(error.observation));
    throw new RemoteError({ ...error.observation, stage: name });
  }
}

/** Answers after which the session lives and the request is known not to have been carried out. */
const answers = new Set<ObservationKind>([
  'no-such-file',
  'not-a-folder',
  'permission-denied',
  'no-space',
  'target-exists',
  'not-supported',
  'refused',
]);

/** Did the server itself say no? Otherwise the link was lost, or it took too long. */
export function isRefusal(error: unknown): error is RemoteError {
  return error instanceof RemoteError && answers.has(error.observation.kind);
}

/** May the server have done what was asked? Not when it refused, nor when the request never went out. */
export function isUnknown(error: unknown): boolean {
  if (isRefusal(error)) return false;
  return !(error instanceof RemoteError) || error.observation.facts.requestSent !== false;
}

/** The result, or the server's refusal as a value. A lost link is thrown. */
export async function orRefusal<T>(work: Promise<T>): Promise<T | RemoteError> {
  try {
    return await work;
  } catch (error) {
    if (isRefusal(error)) return error;
    throw error;
  }
}

/** Removes a file of ours. True when it is gone; false when the server refused. A lost link is thrown. */
export async function removeOwn(session: RemoteSession, path: string): Promise<boolean> {
  const result = await orRefusal(session.remove(path));
  return !(result instanceof RemoteError) || result.observation.kind === 'no-such-file';
}

/** `name` in `folder`, and never anywhere else: a name with a slash, or one that is none, is a bug. */
export function remotePath(folder: string, name: string): string {
  if (name === '' || name === '.' || name === '..' || /[/\0]/.test(name)) throw new Error('not the name of a file');
  if (folder === '' || folder === '.') return name;
  return folder.endsWith('/') ? `${folder}${name}` : `${folder}/${name}`;
}

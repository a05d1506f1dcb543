// The stage `folder`: is the folder of a destination there, and is it one?
// Invariant: a server that does not say is not a failure here; writing will show.

import { type Observation, RemoteError, type RemoteSession, type Stage } from '../domain/remote.ts';
import { observedSentence } from '../domain/tell-stage.ts';

/** Null when the folder can be used as far as can be seen; else what was observed. The stage is told either way. */
export async function openFolder(
  session: RemoteSession,
  path: string,
  onStage: (stage: Stage) => void,
): Promise<Observation | null> {
  const began = performance.now();
  const end = (status: Stage['status'], detail: string) =>
    onStage({ name: 'folder', status, ms: Math.round(performance.now() - began), detail });
  const observation = await look(session, path);
  if ('realPath' in observation) {
    const { realPath } = observation;
    end(
      'ok',
      realPath === path ? 'The folder is there.' : `The folder is there; the server calls it ${shown(realPath)}.`,
    );
    return null;
  }
  if (observation.kind === 'not-supported') {
    end('limited', 'The server does not say whether the folder is there; writing a file will show.');
    return null;
  }
  end('failed', observedSentence(observation));
  return observation;
}

async function look(session: RemoteSession, path: string): Promise<Observation | { realPath: string }> {
  try {
    const realPath = await session.realPath(path);
    const found = await session.stat(path);
    const facts = { path, realPath: shown(realPath) };
    if (!found) return { stage: 'folder', kind: 'no-such-file', facts };
    return found.kind === 'file' ? { stage: 'folder', kind: 'not-a-folder', facts } : { realPath };
  } catch (error) {
    if (!(error instanceof RemoteError)) throw error;
    const { kind, facts } = error.observation;
    return { stage: 'folder', kind, facts: { ...facts, path } };
  }
}

/** What a server says of itself, at most 200 characters on one line. */
function shown(text: string): string {
  return text.replace(/\p{Cc}/gu, ' ').slice(0, 200);
}

// Puts bytes on a server and checks that they arrived: the size, and by reading back where that is wanted.
// Invariant: a file that did not arrive whole is removed again where the server allows it, and is never given its name.

import { RemoteError, type RemoteSession } from '../domain/remote.ts';
import { type Comparison, type Content, checkedBytes, compareRemote, differs } from './compare-remote.ts';
import { orRefusal, removeOwn, type Told } from './remote-work.ts';

/** What one delivery knows while it runs. */
export type DeliveryRun = {
  readonly session: RemoteSession;
  /** What was done in another way than the best one, for people; each sentence once. */
  readonly notes: Set<string>;
  /** Something of ours may stand under the final name without having been recorded. */
  inDoubt: boolean;
  /** The server has refused a rename: what follows is written directly. */
  renameRefused: boolean;
};

/** Writes all of it and waits for CLOSE. What a failed attempt has left is removed where possible. */
export async function upload(
  run: DeliveryRun,
  path: string,
  content: Content,
  onBytes?: (bytes: number) => void,
): Promise<void> {
  await tidyOnError(run, path, () => run.session.put(path, checkedBytes(content), onBytes));
}

/** The size as the server shows it. Throws `size-differs`, or `no-such-file` when it is gone. */
export async function checkSize(run: DeliveryRun, path: string, content: Content): Promise<Told> {
  const found = await orRefusal(run.session.stat(path));
  if (found instanceof RemoteError) {
    const detail = 'The server does not show sizes, so the size of the file was not checked.';
    run.notes.add(detail);
    return { detail, limited: true };
  }
  if (found === null) throw new RemoteError({ stage: 'check', kind: 'no-such-file', facts: { path } });
  if (found.size !== content.size) throw differs('size-differs', path, content.size, found.size);
  return { detail: `The server shows ${found.size} bytes, as many as were sent.` };
}

/** Reads it back and compares the hash. Throws `content-differs`. */
export async function checkContent(run: DeliveryRun, path: string, content: Content): Promise<Told> {
  const found: Comparison = await compareRemote(run.session, path, content);
  if (found === 'unreadable') {
    const detail = 'The server does not let files be read, so the file was not read back.';
    run.notes.add(detail);
    return { detail, limited: true };
  }
  if (found !== 'whole')
    throw new RemoteError({
      stage: 'read-back',
      kind: 'content-differs',
      facts: { path, expectedBytes: content.size },
    });
  return { detail: 'What was read back has the same hash as what was sent.' };
}

/** When `work` fails, the file at `path`, which is ours, is removed if that can be done; the error is the work's own. */
export async function tidyOnError<T>(run: DeliveryRun, path: string, work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    await tidied(run, path);
    throw error;
  }
}

/** True when nothing of ours stands at `path` any more; never throws for what the server or the link does. */
export async function tidied(run: DeliveryRun, path: string): Promise<boolean> {
  try {
    return await removeOwn(run.session, path);
  } catch (error) {
    if (error instanceof RemoteError) return false;
    throw error;
  }
}

// Gives a file on a server its final name: by rename, over what may be replaced, or directly where rename is forbidden.
// Invariant: a file that is not ours is replaced only where that is wanted; when the outcome is unknown the run is in doubt.

import { RemoteError } from '../domain/remote.ts';
import type { Content } from './compare-remote.ts';
import { checkContent, checkSize, type DeliveryRun, tidied, tidyOnError } from './put-checked.ts';
import { isRefusal, isUnknown, orRefusal, removeOwn, type Told } from './remote-work.ts';

/** What stands under a name; `unseen`: the server lets nobody look. */
export type Target = 'free' | 'file' | 'folder' | 'unseen';

export async function lookAt(run: DeliveryRun, path: string): Promise<Target> {
  const found = await orRefusal(run.session.stat(path));
  if (found === null) return 'free';
  if (!(found instanceof RemoteError)) return found.kind === 'folder' ? 'folder' : 'file';
  try {
    for await (const _ of run.session.read(path)) break;
    return 'file';
  } catch (error) {
    if (!isRefusal(error)) throw error;
    return error.observation.kind === 'no-such-file' ? 'free' : 'unseen';
  }
}

export type Naming = {
  from: string;
  to: string;
  content: Content;
  /** As it was seen just before. */
  target: Exclude<Target, 'folder'>;
  /** What stands there is ours, or is to be replaced. */
  mayReplace: boolean;
  /** Compare the hash too when it has to be written once more. */
  readBack: boolean;
};

/**
 * Names the file at `from`, which is whole. `taken`: somebody was faster, and the file still stands at `from`. On an error the
 * run's `inDoubt` says whether something of ours may stand at `to`.
 */
export async function giveName(run: DeliveryRun, naming: Naming): Promise<Told | 'taken'> {
  const { from, to, mayReplace } = naming;
  const refusal = run.renameRefused ? null : await rename(run, naming);
  if (refusal === 'renamed') return { detail: replacedOr('The file was renamed to its name.', naming) };
  if (refusal !== null) {
    if (refusal.observation.kind === 'no-such-file' && (await lookAt(run, from)) === 'free') throw refusal;
    const now = await lookAt(run, to);
    if (now === 'folder') throw targetExists(to);
    const exists = now === 'file' || refusal.observation.kind === 'target-exists';
    if (exists && !mayReplace) return 'taken';
    if (exists && (await removeOwn(run.session, to))) {
      const again = await rename(run, naming);
      if (again === 'renamed')
        return { detail: replacedOr('What was there was removed, then the file renamed.', naming) };
      return writeDirectly(run, { ...naming, target: 'free' });
    }
    return writeDirectly(run, { ...naming, target: now });
  }
  return writeDirectly(run, naming);
}

function replacedOr(plain: string, { target, mayReplace }: Naming): string {
  return target === 'file' && mayReplace ? 'A file of the same name was there and was replaced.' : plain;
}

/** The server's refusal, or that it was done. When the reply is lost, what stands there afterwards decides, if it can be seen. */
async function rename(run: DeliveryRun, { from, to, content }: Naming): Promise<'renamed' | RemoteError> {
  const before = run.inDoubt;
  run.inDoubt = true;
  try {
    await run.session.rename(from, to);
    return 'renamed';
  } catch (error) {
    if (!isUnknown(error)) run.inDoubt = before;
    if (isRefusal(error)) return error;
    if (error instanceof RemoteError && (await landed(run, from, to, content.size))) return 'renamed';
    throw error;
  }
}

/** Only what is seen counts: that the old name is gone and a file of our size has the new one. */
async function landed(run: DeliveryRun, from: string, to: string, size: number): Promise<boolean> {
  try {
    return (await run.session.stat(from)) === null && (await run.session.stat(to))?.size === size;
  } catch (error) {
    if (error instanceof RemoteError) return false;
    throw error;
  }
}

const writtenDirectly =
  'The server does not allow renaming, so files are written directly under their names: whoever looks there meanwhile may see a part of one.';

async function writeDirectly(run: DeliveryRun, { from, to, content, target, readBack }: Naming): Promise<Told> {
  run.renameRefused = true;
  run.notes.add(writtenDirectly);
  // First, because there may not be room for both.
  if (!(await removeOwn(run.session, from)))
    run.notes.add(`The server does not allow removing, so ${from} is left there. It may be removed.`);
  const before = run.inDoubt;
  run.inDoubt = true;
  try {
    await run.session.put(to, content.open());
    if (await taken(run, to)) run.notes.add(takenAtOnce);
    else {
      await checkSize(run, to, content);
      if (readBack) await checkContent(run, to, content);
    }
  } catch (error) {
    // Where something stood before, or may have stood, it is not ours to remove; the next attempt makes it whole.
    if (target === 'free' && (await tidied(run, to))) run.inDoubt = before;
    throw error;
  }
  return { detail: writtenDirectly, limited: true };
}

const takenAtOnce =
  'The file was gone from its place right after it was written: whoever fetches files there was quick, so it was not checked.';

/** The server has said that all was written, so a receiver may have it already; to send it again would give it to them twice. */
async function taken(run: DeliveryRun, path: string): Promise<boolean> {
  return (await orRefusal(run.session.stat(path))) === null;
}

export function targetExists(path: string): RemoteError {
  return new RemoteError({ stage: 'rename', kind: 'target-exists', facts: { path } });
}

/** A small file beside the delivered one, made whole and then named; what has its name is replaced. */
export async function putBeside(run: DeliveryRun, from: string, to: string, content: Content): Promise<Told> {
  const target = await lookAt(run, to);
  if (target === 'folder') throw targetExists(to);
  const naming: Naming = { from, to, content, target, mayReplace: true, readBack: false };
  if (!run.renameRefused)
    await tidyOnError(run, from, async () => {
      await run.session.put(from, content.open());
      await checkSize(run, from, content);
    });
  const told = await tidyOnError(run, from, () => giveName(run, naming));
  if (told === 'taken') throw targetExists(to);
  return told;
}

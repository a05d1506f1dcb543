// The last stages of a probe: whether a file can be written, renamed and removed in the folder, with a small one of our own.
// Invariant: only files that it made itself are touched; what the server forbids is said, with what transfers do about it.

import { randomBytes } from 'node:crypto';
import { RemoteError, type RemoteSession, type Stage } from '../domain/remote.ts';
import { contentOf } from './compare-remote.ts';
import { checkSize, type DeliveryRun, tidyOnError, upload } from './put-checked.ts';
import { atStage, orRefusal, remotePath, removeOwn, type Told } from './remote-work.ts';

const text = 'Causeway wrote this file to test the folder. It may be removed.\n';

/**
 * Tells the stages `write`, `rename` and `delete`. A refusal of rename, delete or of showing sizes is `limited`. Throws
 * RemoteError when nothing can be written, or when the link is lost.
 */
export async function tryFolder(
  session: RemoteSession,
  folder: string,
  onStage: (stage: Stage) => void,
): Promise<void> {
  const run: DeliveryRun = { session, notes: new Set(), inDoubt: false, renameRefused: false };
  const name = `.causeway-test-${randomBytes(4).toString('hex')}`;
  const [first, second] = [remotePath(folder, name), remotePath(folder, `${name}-renamed`)];
  const content = contentOf(Buffer.from(text));

  await atStage('write', onStage, async () => {
    await upload(run, first, content);
    const told = await orRefusal(tidyOnError(run, first, () => checkSize(run, first, content)));
    // Where it went will be seen when it is to be renamed.
    if (told instanceof RemoteError)
      return { detail: 'The file was written, and was gone a moment later.', limited: true };
    if (told.limited)
      return {
        detail: 'A file was written. The server does not show sizes, so transfers go without that check.',
        limited: true,
      };
    return { detail: `The file ${name} was written, and has the size that was sent.` };
  });

  const renamed = await atStage('rename', onStage, async () => {
    const way = await orRefusal(session.rename(first, second));
    if (way instanceof RemoteError) {
      if (way.observation.kind === 'no-such-file') throw way;
      const detail =
        'The server does not allow renaming. Transfers write files directly under their names: whoever looks there meanwhile may see a part of one.';
      return { path: first, detail, limited: true };
    }
    if (way === 'plain')
      return {
        path: second,
        detail:
          'The file was renamed. The server cannot rename over a file, so one that is to be replaced is removed first.',
      };
    return { path: second, detail: 'The file was renamed.' };
  });

  await atStage('delete', onStage, async (): Promise<Told> => {
    if (await removeOwn(session, renamed.path)) return { detail: 'The file was removed.' };
    return {
      detail: `The server does not allow removing. The test file ${renamed.path} is left there and may be removed; what a broken transfer leaves is written over by the next one.`,
      limited: true,
    };
  });
}

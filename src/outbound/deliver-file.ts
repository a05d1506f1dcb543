// Delivers one stored file over an open session: temporary name, checks, its name, and what goes beside it.
// Invariant: whatever interrupts it, done again it leaves exactly the files of an undisturbed run: same names, same bytes.

import { numberedName } from '../domain/file-names.ts';
import { type Observation, RemoteError, type RemoteSession, type Stage } from '../domain/remote.ts';
import { type Content, compareRemote, contentOf } from './compare-remote.ts';
import { giveName, lookAt, putBeside, type Target, targetExists } from './give-name.ts';
import { checkContent, checkSize, type DeliveryRun, tidied, tidyOnError, upload } from './put-checked.ts';
import { atStage, orRefusal, remotePath } from './remote-work.ts';

export type Delivery = {
  /** The destination's path, as entered. */
  folder: string;
  fileName: string;
  /** Constant per destination, so that nothing piles up. */
  temporaryName: string;
  size: number;
  /** Hex, of the bytes as sent. */
  sha256: string;
  /** The stored file; may be called again. */
  open(): AsyncIterable<Uint8Array>;
  readBack: boolean;
  sameName: 'number' | 'replace';
  /** An earlier attempt may have put it there already under `fileName`. */
  inDoubt: boolean;
  extras: readonly {
    stage: 'manifest' | 'done';
    name(fileName: string): string;
    bytes(fileName: string): Uint8Array;
  }[];
};

export type DeliveryHooks = {
  onStage(stage: Stage): void;
  /**
   * Commit that the outcome may become unknown, with the final name; throws to stop. Called again with another name when
   * somebody takes the name in the same moment.
   */
  beforeRename(fileName: string): Promise<void>;
  /** Told of acknowledged bytes. */
  onBytes?(bytes: number): void;
};

/** `inDoubt`: the file may stand on the server under the name that `beforeRename` was last told. */
export class DeliveryError extends Error {
  readonly observation: Observation;
  readonly inDoubt: boolean;
  constructor(observation: Observation, inDoubt: boolean) {
    super(`${observation.stage}: ${observation.kind}`);
    this.name = 'DeliveryError';
    this.observation = observation;
    this.inDoubt = inDoubt;
  }
}

/**
 * `notes` say what was done in another way than the best one. Throws DeliveryError for what the server or the link did; what
 * `beforeRename` throws is thrown on as it is, unless it is a RemoteError.
 */
export async function deliverFile(
  session: RemoteSession,
  delivery: Delivery,
  hooks: DeliveryHooks,
): Promise<{ fileName: string; notes: string[] }> {
  const run: DeliveryRun = { session, notes: new Set(), inDoubt: delivery.inDoubt, renameRefused: false };
  try {
    const fileName = await placeFile(run, delivery, hooks);
    // It is there now and must not get another name, so the run is in doubt until all is done.
    await placeExtras(run, delivery, hooks, fileName);
    return { fileName, notes: [...run.notes] };
  } catch (error) {
    if (error instanceof RemoteError) throw new DeliveryError(error.observation, run.inDoubt);
    throw error;
  }
}

async function placeFile(run: DeliveryRun, delivery: Delivery, hooks: DeliveryHooks): Promise<string> {
  const { folder, fileName, temporaryName, readBack } = delivery;
  const temporary = remotePath(folder, temporaryName);
  const written = await atStage('write', hooks.onStage, async () => {
    const found = delivery.inDoubt ? await findEarlier(run, delivery) : 'nothing';
    if (found === 'whole') {
      const detail =
        'The file stood there already, whole and under its name, from the attempt before: it was not sent again.';
      run.notes.add(detail);
      await tidied(run, temporary);
      return { found, detail };
    }
    await upload(run, temporary, delivery, hooks.onBytes);
    return { found, detail: `${delivery.size} bytes were sent under the name ${temporaryName}.` };
  });
  if (written.found === 'whole') return fileName;
  return tidyOnError(run, temporary, async () => {
    await atStage('check', hooks.onStage, () => checkSize(run, temporary, delivery));
    if (readBack) await atStage('read-back', hooks.onStage, () => checkContent(run, temporary, delivery));
    const named = await atStage('rename', hooks.onStage, () =>
      nameFile(run, delivery, hooks, written.found === 'part'),
    );
    return named.fileName;
  });
}

/** What an attempt whose outcome is unknown has left under the name that it chose: ours whole, ours in part, or nothing of ours. */
async function findEarlier(run: DeliveryRun, delivery: Delivery): Promise<'whole' | 'part' | 'nothing'> {
  const path = remotePath(delivery.folder, delivery.fileName);
  const found = await orRefusal(run.session.stat(path));
  if (found === null) {
    run.notes.add(
      'The reply to the attempt before was lost. Its file did not stand under its name now, so it was sent again; when somebody took it away meanwhile, they have it twice.',
    );
    return 'nothing';
  }
  const size = found instanceof RemoteError ? null : found.size;
  if (!(found instanceof RemoteError) && (found.kind === 'folder' || found.size > delivery.size)) return 'nothing';
  const comparison = await compareRemote(run.session, path, delivery);
  if (comparison === 'whole' || comparison === 'part') return comparison;
  if (comparison === 'other' || size === null) return 'nothing';
  // It cannot be read. The name was free, or to be replaced, when the attempt before recorded it; to replace it once more does no harm.
  return size === delivery.size && delivery.sameName === 'number' ? 'whole' : 'part';
}

/** Chooses the final name, has it recorded, and names the file. `part`: a part of ours stands under the name. */
async function nameFile(run: DeliveryRun, delivery: Delivery, hooks: DeliveryHooks, part: boolean) {
  const { folder, temporaryName, readBack } = delivery;
  const from = remotePath(folder, temporaryName);
  for (let attempt = 1; ; attempt++) {
    const { fileName, target } = await chooseName(run, delivery, part);
    await hooks.beforeRename(fileName);
    const to = remotePath(folder, fileName);
    const mayReplace = part || delivery.sameName === 'replace';
    const told = await giveName(run, { from, to, content: delivery, target, mayReplace, readBack });
    if (told !== 'taken') return { ...told, fileName };
    if (attempt === 5) throw targetExists(to);
  }
}

const mostNumbers = 1000;

async function chooseName(run: DeliveryRun, delivery: Delivery, part: boolean) {
  const { folder, fileName, sameName } = delivery;
  for (let number = 1; number <= mostNumbers; number++) {
    const name = number === 1 ? fileName : numberedName(fileName, number);
    const target: Target = await lookAt(run, remotePath(folder, name));
    const usable = target === 'free' || target === 'unseen' || (target === 'file' && (part || sameName === 'replace'));
    if (usable) {
      noteChoice(run, fileName, name, target, part);
      return { fileName: name, target };
    }
    if (sameName === 'replace') break;
  }
  throw targetExists(remotePath(folder, fileName));
}

function noteChoice(run: DeliveryRun, wanted: string, name: string, target: Target, part: boolean): void {
  if (name !== wanted) run.notes.add(`The name ${wanted} was taken on the server, so the file is called ${name}.`);
  if (target === 'unseen') run.notes.add('The server does not show whether a name is taken, so this was not checked.');
  if (target === 'file')
    run.notes.add(
      part
        ? 'A part of the file stood there from the attempt before and was replaced.'
        : 'A file of the same name was there and was replaced.',
    );
}

/** The manifest and the marker, in this order, whole and under their names; done again they are the same. */
async function placeExtras(
  run: DeliveryRun,
  delivery: Delivery,
  hooks: DeliveryHooks,
  fileName: string,
): Promise<void> {
  const { folder, temporaryName } = delivery;
  const inOrder = [...delivery.extras].sort(
    (one, other) => Number(one.stage === 'done') - Number(other.stage === 'done'),
  );
  for (const { stage, name, bytes } of inOrder) {
    const to = remotePath(folder, name(fileName));
    const content: Content = contentOf(bytes(fileName));
    await atStage(stage, hooks.onStage, async () => {
      if (delivery.inDoubt && (await compareRemote(run.session, to, content)) === 'whole')
        return { detail: `${name(fileName)} stood there already from the attempt before.` };
      const told = await putBeside(run, remotePath(folder, temporaryName), to, content);
      return { ...told, detail: `${name(fileName)} is there. ${told.detail}` };
    });
  }
}

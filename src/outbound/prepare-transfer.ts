// Decides what a transfer sends: the file that it has already, a window in doubt, the window of the attempt before, or a new one.
// Invariant: a window that may have arrived is sent again, with the same bytes and name, before a new one is cut; a window is sent
// only while the watermark still is where it begins.

import type { Deps } from '../deps.ts';
import type { DestinationRecord } from '../domain/destination.ts';
import type { TransferId } from '../domain/ids.ts';
import type { TransferRecord, TransferWindow } from '../domain/transfer.ts';
import { ownFailure } from '../domain/transfer-failures.ts';
import { dropDissolvedFiles } from '../store/dissolved-files.ts';
import type { InstitutionRecord } from '../store/institutions.ts';
import { getStoredFile, insertStoredFile } from '../store/stored-files.ts';
import { carryWindow, endDoubt, frozenTransfer, recordWindow } from '../store/transfer-runs.ts';
import { getTransfer } from '../store/transfers.ts';
import { getWatermark, type Watermark } from '../store/watermarks.ts';
import { type CutDeps, type CutWindow, cutWindow, discardCut } from './cut-window.ts';
import type { Held } from './dataset-lock.ts';
import type { CutTransfer } from './delivery-extras.ts';
import { RunFailed } from './run-interrupts.ts';

export type PrepareDeps = CutDeps & Pick<Deps, 'log'>;

/** `rest`: the window was an older one, so what came after it wants a transfer of its own. */
export type Prepared =
  | { kind: 'send'; record: CutTransfer; rest: boolean }
  | { kind: 'empty'; window: TransferWindow; rows: number; notes: readonly string[] };

export async function prepareTransfer(
  deps: PrepareDeps,
  held: Held,
  record: TransferRecord,
  institution: InstitutionRecord,
  destination: DestinationRecord,
): Promise<Prepared> {
  if (record.trigger === 'resend') {
    if (!isCut(record) || !(await hasFile(deps, record))) throw new RunFailed(ownFailure('file-lost'));
    return { kind: 'send', record, rest: false };
  }
  const { session } = held;
  const { institutionId, dataset, id } = record;
  const watermark = await getWatermark(session, institutionId, dataset);
  const mayGo = (cut: CutTransfer) => isCurrent(cut.window, watermark) && (cut.inDoubt || isAsWanted(cut, destination));
  if (isCut(record) && mayGo(record) && (await hasFile(deps, record)))
    return { kind: 'send', record, rest: tookOver(record) };
  const frozenId = await frozenTransfer(session, institutionId, dataset, id);
  const earlier = frozenId ?? (record.trigger === 'retry' ? record.windowOf : null);
  const cutter = earlier && (await getTransfer(session, institutionId, earlier));
  if (cutter && isCut(cutter) && mayGo(cutter) && (await hasFile(deps, cutter))) {
    const carried = await carry(held, record, cutter.id);
    return { kind: 'send', record: carried, rest: tookOver(carried) };
  }
  const inDoubt = frozenId !== null || record.inDoubt;
  if (inDoubt) {
    deps.log.warn(
      { institutionId, transferId: id, frozenId },
      'a window in doubt cannot be sent again: its file is gone',
    );
    await session.transaction((tx) => endDoubt(tx, institutionId, dataset));
  }
  return cut(deps, held, record, institution, destination, inDoubt ? [fileGone] : []);
}

const fileGone =
  'An earlier attempt ended without our knowing whether its file had arrived, and that file is no longer stored. Its rows are in this file, so they may arrive twice.';

function isCut(record: TransferRecord): record is CutTransfer {
  return record.window !== null && record.file !== null;
}

/** Is the watermark where this window begins? */
function isCurrent(window: TransferWindow, watermark: Watermark | null): boolean {
  return window.from === (watermark?.position ?? 0) && window.number === (watermark?.windows ?? 0) + 1;
}

/** Nobody has changed since the cut what is sent or where: a file with columns that were taken out must not go. */
function isAsWanted(cutter: CutTransfer, destination: DestinationRecord): boolean {
  return cutter.destinationId === destination.id && destination.updatedAt <= cutter.window.cutAt;
}

/**
 * Instead of a window of its own it has an older one, and something of its own is left to send: always but for a retry of the
 * very run that cut the window in this slot.
 */
function tookOver({ windowOf, trigger, slotAt, window }: CutTransfer): boolean {
  if (windowOf === null) return false;
  return trigger !== 'retry' || (slotAt !== null && window.cutAt < slotAt);
}

async function carry({ session }: Held, record: TransferRecord, from: TransferId): Promise<CutTransfer> {
  const { institutionId, id } = record;
  await session.transaction((tx) => carryWindow(tx, institutionId, { from, to: id }));
  const carried = await getTransfer(session, institutionId, id);
  if (!carried || !isCut(carried)) throw new Error('a transfer has gone while it ran');
  return carried;
}

async function cut(
  deps: PrepareDeps,
  held: Held,
  record: TransferRecord,
  institution: InstitutionRecord,
  destination: DestinationRecord,
  notes: readonly string[],
): Promise<Prepared> {
  const made = await cutWindow(deps, institution, destination);
  const { from, to, number, since, cutAt, rows } = made;
  const window = { from, to, number, since, cutAt };
  const allNotes = [...notes, ...made.notes];
  if (!made.file) return { kind: 'empty', window, rows, notes: allNotes };
  const { stored, fileName, sha256, bytes, manifest } = made.file;
  const file = { name: fileName, storedFileId: stored.id, manifestFileId: manifest?.id ?? null, sha256, bytes };
  try {
    await held.session.transaction(async (tx) => {
      await insertStoredFile(tx, institution.id, stored);
      if (manifest) await insertStoredFile(tx, institution.id, manifest);
      await recordWindow(tx, institution.id, record.id, { window, rows, file, notes: allNotes });
      const dissolved = await dropDissolvedFiles(tx, institution.id, record.dataset, record.id);
      for (const key of dissolved) tx.afterCommit(() => deps.files.remove(institution.id, key));
    });
  } catch (error) {
    await removeUnrecorded(deps, record, made);
    throw error;
  }
  return {
    kind: 'send',
    record: { ...record, window, rows, file, windowOf: null, inDoubt: false, notes: allNotes },
    rest: false,
  };
}

/** Bytes that no row names go again; when the commit took place after all, they stay. */
async function removeUnrecorded(deps: PrepareDeps, { institutionId }: TransferRecord, made: CutWindow): Promise<void> {
  try {
    const recorded = made.file && (await getStoredFile(deps.db, institutionId, made.file.stored.id));
    if (!recorded) await discardCut(deps, institutionId, made);
  } catch (error) {
    deps.log.warn({ err: error, institutionId }, 'the file of a transfer that was not recorded stays');
  }
}

/** Are the bytes of its file still stored? */
export async function hasFile(
  deps: Pick<Deps, 'db' | 'files'>,
  { institutionId, file }: Pick<TransferRecord, 'institutionId' | 'file'>,
): Promise<boolean> {
  if (!file?.storedFileId) return false;
  const stored = await getStoredFile(deps.db, institutionId, file.storedFileId);
  if (!stored) return false;
  try {
    const open = await deps.files.open(institutionId, stored.key);
    await open.close();
    return true;
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return false;
    throw error;
  }
}

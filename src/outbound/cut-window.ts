// Cuts the next window of a dataset: its file, and the manifest, as stored files that nothing refers to yet.
// Invariant: nothing is committed here (but the manifest key, once), and when anything throws, no bytes are left.

import { createHash } from 'node:crypto';
import type { Deps } from '../deps.ts';
import type { DestinationRecord } from '../domain/destination.ts';
import type { InstitutionId, StoredFileId } from '../domain/ids.ts';
import type { InstitutionRecord } from '../store/institutions.ts';
import type { StoredFileRecord } from '../store/stored-files.ts';
import { type ManifestKey, manifestKey, manifestText } from './manifest.ts';
import { type WindowFile, writeWindowFile } from './write-window-file.ts';

export type CutWindow = {
  from: number;
  to: number;
  /** The watermark's count of windows and one. */
  number: number;
  /** Only for a first window that begins at a date. */
  since: Date | null;
  cutAt: Date;
  rows: number;
  /** Null when the window is empty and the options say that no file is sent then. `sha256` in hex, of the bytes as sent. */
  file: {
    stored: StoredFileRecord;
    fileName: string;
    sha256: string;
    bytes: number;
    manifest: StoredFileRecord | null;
  } | null;
  notes: string[];
};

export type CutDeps = Pick<Deps, 'db' | 'files' | 'clock' | 'newId' | 'sealer' | 'encrypter'>;

/**
 * To be called under the lock of (institution, dataset). The caller writes `stored` and `manifest` (`insertStoredFile`) and the
 * window in one transaction, and removes their bytes (`discardCut`) when that fails. Throws AppError `unknown-column`,
 * `pgp-not-available`, `bad-pgp-key`, `pgp-key-not-usable`: the destination's settings no longer fit.
 */
export async function cutWindow(
  deps: CutDeps,
  institution: InstitutionRecord,
  destination: DestinationRecord,
): Promise<CutWindow> {
  const options = destination.file;
  const key = options.manifest ? await manifestKey(deps, institution.id) : null;
  const written = await writeWindowFile(deps, institution, destination);
  const { range, number, cutAt, rows, notes } = written;
  const window = { from: range.from, to: range.to, number, since: range.since, cutAt, rows, notes };
  if (rows === 0 && options.emptyFile === 'skip') {
    await written.staging.discard();
    return { ...window, file: null };
  }
  const stored = await publish(deps, written);
  try {
    const manifest = key === null ? null : await storeManifest(deps, institution, written, key);
    const { fileName, bytes } = written;
    return { ...window, file: { stored, fileName, sha256: written.sha256.toString('hex'), bytes, manifest } };
  } catch (error) {
    await deps.files.remove(institution.id, stored.key);
    throw error;
  }
}

/** Removes the bytes of a cut that was not recorded. */
export async function discardCut(
  deps: Pick<Deps, 'files'>,
  institutionId: InstitutionId,
  { file }: Pick<CutWindow, 'file'>,
): Promise<void> {
  for (const stored of [file?.stored, file?.manifest]) if (stored) await deps.files.remove(institutionId, stored.key);
}

async function publish(deps: CutDeps, { staging, sha256, bytes }: WindowFile): Promise<StoredFileRecord> {
  try {
    const { key, size } = await staging.publish();
    if (size !== bytes) throw new Error(`${bytes} bytes were written and ${size} are there`);
    return { id: deps.newId<StoredFileId>(), origin: 'transfer', key, sha256, size, createdAt: deps.clock.now() };
  } catch (error) {
    await staging.discard();
    throw error;
  }
}

async function storeManifest(
  deps: CutDeps,
  institution: InstitutionRecord,
  { range, number, cutAt, rows, fileName, sha256, bytes }: WindowFile,
  key: ManifestKey,
): Promise<StoredFileRecord> {
  const facts = {
    fileName,
    sha256: sha256.toString('hex'),
    bytes,
    rows,
    dataset: range.dataset,
    institution: institution.slug,
    window: { from: range.from, to: range.to, number },
    cutAt,
  };
  const text = Buffer.from(manifestText(facts, key));
  const staging = await deps.files.createStaging(institution.id);
  try {
    await staging.write([text], 0);
    const published = await staging.publish();
    return {
      id: deps.newId<StoredFileId>(),
      origin: 'transfer-manifest',
      key: published.key,
      sha256: createHash('sha256').update(text).digest(),
      size: published.size,
      createdAt: deps.clock.now(),
    };
  } catch (error) {
    await staging.discard();
    throw error;
  }
}

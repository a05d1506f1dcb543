// Whether a queued file is tried at all: its folder, its type, and whether its feed is on (ruling 2: ignored).
// Invariant: a refusal is an issue with words; the same for files by SFTP, upload and API (ruling 16).

import { sniffSignature } from '../csv/sniff-encoding.ts';
import type { Deps } from '../deps.ts';
import { dryRunFolder } from '../domain/feed-folders.ts';
import type { Issue } from '../domain/issue.ts';
import { newIssue } from '../domain/issues.ts';
import { missingRequiredFields } from '../domain/mapping.ts';
import { nameOf, parentOf } from '../domain/virtual-files.ts';
import type { ImportContext } from '../store/import-context.ts';
import { signatureIssue } from './reading-issues.ts';

/** Enough to know what a file is that is no CSV. */
const headLength = 4096;

/** The issue that refuses the file, or null when it is to be tried. A file whose bytes are gone is tried, and fails. */
export async function refusalOf(deps: Pick<Deps, 'files'>, context: ImportContext): Promise<Issue | null> {
  const { path, fileName } = context;
  const folder = parentOf(path);
  if (context.source === 'sftp' && folder !== '/' && folder !== dryRunFolder)
    return newIssue('file-not-in-root', { facts: { folder } });
  const signature = sniffSignature(await headOf(deps, context));
  if (signature) return signatureIssue(signature, fileName);
  if (!/\.csv$/i.test(fileName))
    return newIssue('unsupported-file-type', { facts: { extension: extensionOf(fileName) } });
  if (!context.feed.enabled && !mayRehearse(context)) return newIssue('feed-disabled');
  return null;
}

/** A rehearsal needs no enabled feed, only a mapping that could be enabled. */
function mayRehearse({ dryRun, ownMapping, feed }: ImportContext): boolean {
  return dryRun && missingRequiredFields(ownMapping ?? feed.mapping).length === 0;
}

function extensionOf(fileName: string): string {
  const name = nameOf(fileName);
  const dot = name.lastIndexOf('.');
  return dot <= 0 ? '' : name.slice(dot);
}

async function headOf(deps: Pick<Deps, 'files'>, context: ImportContext): Promise<Uint8Array> {
  const file = await deps.files.open(context.institutionId, context.file.key).catch(() => null);
  if (!file) return new Uint8Array();
  try {
    const head = new Uint8Array(Math.min(headLength, context.file.size));
    return head.subarray(0, await file.read(head, 0, head.length, 0));
  } finally {
    await file.close();
  }
}

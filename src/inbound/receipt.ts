// The receipt of an import: its machine-readable result, as JSON.
// Invariant: values of the file stand in it only inside issues; a contact is named by its Causeway ID only (rulings 6 and 42).

import { importState } from '../domain/import-state.ts';
import type { Issue } from '../domain/issue.ts';
import { issueEntry, issueMessage } from '../domain/issues.ts';
import { labelsToFields } from '../domain/mapping.ts';
import type { ImportRecord } from '../store/imports.ts';

/** How many issues a receipt lists; the error file and the API have all of them. */
export const issuesInReceipt = 100;

/** The import as it ended, with the first issues in the order of the file. */
export function receiptOf(record: ImportRecord, issues: readonly Issue[], errorFile: string | null): string {
  const rejecting = issues.find((issue) => issue.effect === 'file-rejected') ?? null;
  const words = importState({
    status: record.status,
    fileName: record.fileName,
    dryRun: record.dryRun,
    reason: record.reason,
    hold: record.hold,
    waitsFor: null,
    counts: record.counts,
    issues: record.issueCounts,
    rejecting,
  });
  const receipt = {
    id: record.id,
    institution: record.institution,
    feed: record.feed,
    source: record.source,
    status: record.status,
    ...words,
    dryRun: record.dryRun,
    fileName: record.fileName,
    path: record.path,
    size: record.fileSize,
    sha256: record.sha256,
    reason: record.reason,
    hold: record.hold,
    counts: record.counts,
    issues: record.issueCounts,
    dialect: record.dialect,
    mapping: record.mapping ? labelsToFields(record.mapping) : {},
    arrivedAt: record.arrival.at.toISOString(),
    startedAt: record.startedAt?.toISOString() ?? null,
    finishedAt: record.finishedAt?.toISOString() ?? null,
    errorFile,
    firstIssues: issues.map((issue) => ({
      code: issue.code,
      scope: issue.scope,
      effect: issue.effect,
      row: issue.row,
      line: issue.line,
      label: issue.label,
      value: issue.value,
      message: issueMessage(issue),
      remedy: issueEntry(issue.code).remedy,
      otherContact: typeof issue.facts.otherContact === 'string' ? issue.facts.otherContact : null,
    })),
  };
  return `${JSON.stringify(receipt, null, 2)}\n`;
}

/**
 * The name of a file in `outbox/`: `NAME.<import id>.receipt.json` (ruling 24). A long NAME is cut so that the whole stays within
 * the 255 bytes of a file name.
 */
export function outboxName(fileName: string, importId: string, ending: 'receipt.json' | 'errors.csv'): string {
  const rest = `.${importId}.${ending}`;
  let name = fileName;
  while (Buffer.byteLength(name + rest) > 255) name = [...name].slice(0, -1).join('');
  return name + rest;
}

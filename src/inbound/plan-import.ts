// The plan of an import: what each staged row would do to the contacts of its institution.
// Invariant: runs under `lockContacts` and writes nothing but temporary tables, so that a plan can be shown or thrown away.

import type { Tx } from '../db/connection.ts';
import type { ImportId, InstitutionId } from '../domain/ids.ts';
import type { ImportCounts } from '../domain/import.ts';
import { issueEntry } from '../domain/issues.ts';
import type { Lookup } from '../store/bulk-planning.ts';
import {
  analyzePlan,
  createPlanTables,
  dropIdle,
  loseRepeatedCrmIds,
  loseToCopied,
  loseToKept,
  matchByCausewayId,
  planRows,
} from '../store/import-plan.ts';
import { loseConflicts } from '../store/import-plan-conflicts.ts';
import { addPlanIssues, countPlan, type PlanLabels } from '../store/import-plan-outcome.ts';
import { analyzeStaging, copyRows, type StagedField } from '../store/import-staging.ts';
import { namedCrmIds, namedHashes } from '../store/row-hashes.ts';
import type { KnownHashes } from './known-hashes.ts';
import type { ClaimedHash } from './known-rows.ts';
import { keptLine } from './staged-text.ts';

/** From so many rows on, telling the planner what the tables hold is worth its time. */
const rowsToAnalyze = 2000;

export type PlanInput = {
  fields: readonly StagedField[];
  labels: PlanLabels;
  /** How many rows the file has, how many of them are staged, and how many of these validation has skipped. */
  rows: number;
  staged: number;
  skipped: number;
  /** The import, and how many rows of its file have become contacts already. */
  importId: ImportId;
  copied: number;
  /** What its rows were recognised by; null when none was. */
  known: { hashes: KnownHashes; mark: Buffer } | null;
  /** How the staged rows find their contacts. */
  lookup: Lookup;
  /** Will the plan be applied when it passes? */
  applied: boolean;
};

/**
 * The rules in their order (product 2.8, rulings 7 and 8): repeated CRM IDs; matches by Causeway ID, else CRM ID; kept phones
 * and opt-outs; differences; phones and CRM IDs on the state after the file. The issues are added to the staged ones.
 */
export async function planImport(tx: Tx, institutionId: InstitutionId, input: PlanInput): Promise<ImportCounts> {
  const isLarge = input.staged >= rowsToAnalyze;
  if (isLarge) await analyzeStaging(tx);
  await createPlanTables(tx);
  if (input.copied > 0) await loseToCopied(tx, institutionId, input);
  await loseRepeatedCrmIds(tx);
  const byCausewayId = input.labels.causewayId !== null;
  if (byCausewayId) await matchByCausewayId(tx, institutionId, input.lookup);
  await planRows(tx, institutionId, { ...input, byCausewayId, mark: input.known?.mark ?? null });
  if (input.known !== null) {
    if ((await stageKept(tx, input.known, input.fields)) > 0) await loseToKept(tx);
    await dropIdle(tx);
  }
  if (isLarge) await analyzePlan(tx);
  await loseConflicts(tx, institutionId, input.lookup);
  const scopeOf = (code: string) => issueEntry(code).scope;
  await addPlanIssues(tx, institutionId, { ...input, scopeOf });
  return countPlan(tx, input);
}

/**
 * Stages the known rows of contacts that other rows of the file name as well, so that it is decided among the staged rows which of
 * them has the CRM ID. Gives how many there are; mostly none.
 */
async function stageKept(
  tx: Tx,
  { hashes, mark }: { hashes: KnownHashes; mark: Buffer },
  fields: readonly StagedField[],
): Promise<number> {
  const claimed: ClaimedHash[] = [];
  for await (const hash of hashes.claimed(namedHashes(tx, mark))) claimed.push(hash);
  if (claimed.length === 0) return 0;
  const places = new Map(claimed.map(({ hash, place }) => [hash.toString('hex'), place]));
  const named = await namedCrmIds(
    tx,
    mark,
    claimed.map(({ hash }) => hash),
  );
  const lines = named.map(({ hash, crmId }) => {
    const place = places.get(hash.toString('hex'));
    if (!place) throw new Error('a contact was found by a hash that was not asked for');
    return keptLine(place, crmId, fields);
  });
  return copyRows(tx, fields, Buffer.from(lines.join('')));
}

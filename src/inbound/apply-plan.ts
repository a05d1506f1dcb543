// Writes a plan into the contacts, in the transaction that made the plan, and puts them into the next window of contacts.
// Invariant: rows = created + updated + unchanged + skipped, counted by what was really written; anything else rolls back.

import type { Tx } from '../db/connection.ts';
import type { ImportId, InstitutionId } from '../domain/ids.ts';
import type { ImportCounts } from '../domain/import.ts';
import type { Lookup } from '../store/bulk-planning.ts';
import { recordContactBatch } from '../store/contact-batches.ts';
import { insertContacts, releaseValues, updateContacts, writeBeforeImages } from '../store/import-apply.ts';
import type { StagedField } from '../store/import-staging.ts';
import { addPlanDelta, keepSnapshot } from '../store/row-hash-snapshots.ts';
import { carryRowHashes } from '../store/row-hashes.ts';

/** Throws (a bug, never data) when the database did not write what the plan said. */
export async function applyPlan(
  tx: Tx,
  institutionId: InstitutionId,
  plan: {
    importId: ImportId;
    counts: ImportCounts;
    fields: readonly StagedField[];
    now: Date;
    /** How many of the created contacts are there already. */
    copied: number;
    /** Of the feed, for hashes of rows; null when its rows are not compared. */
    mark: Buffer | null;
    lookup: Lookup;
  },
): Promise<void> {
  const { counts } = plan;
  let updated = 0;
  if (counts.updated > 0) {
    await writeBeforeImages(tx, institutionId, plan);
    const released = await releaseValues(tx, institutionId, plan.lookup);
    updated = await updateContacts(tx, institutionId, { ...plan, inPlace: !released });
  }
  let created = plan.copied;
  if (counts.created > created) created += await insertContacts(tx, institutionId, plan);
  if (created !== counts.created || updated !== counts.updated || counts.unchanged < 0)
    throw new Error(
      `the plan said ${counts.created} created and ${counts.updated} updated, written were ${created} and ${updated}`,
    );
  const { mark, lookup } = plan;
  const carried = mark !== null && counts.unchanged > 0 ? await carryRowHashes(tx, institutionId, { mark, lookup }) : 0;
  const batch = created + updated > 0 ? await recordContactBatch(tx, institutionId, plan) : null;
  if (mark !== null && plan.copied > 0) await keepSnapshot(tx, institutionId, mark, plan.copied);
  const changes = created - plan.copied + updated + carried;
  if (changes > 0) await addPlanDelta(tx, institutionId, { batch: plan.copied > 0 ? null : batch, changes });
}

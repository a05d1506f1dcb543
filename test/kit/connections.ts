// What tests of connections stand on: an institution, loads from text, and what is there afterwards.
// Invariant: everything but the clock is real.

import { systemActor } from '../../src/domain/actor.ts';
import type { InstitutionId } from '../../src/domain/ids.ts';
import { type LoadDeps, loadConnections } from '../../src/outbound/load-connections.ts';
import { openSlots } from '../../src/outbound/slots.ts';
import type { ConnectionLoadRecord } from '../../src/store/connection-loads.ts';
import { type ConnectionRecord, listConnections } from '../../src/store/connections.ts';
import { replaceOfferedMajors } from '../../src/store/outbound-settings.ts';
import { makeInstitution, openTestDeps, type TestDeps } from './accounts.ts';

export type ConnectionKit = {
  deps: TestDeps & LoadDeps;
  institutionId: InstitutionId;
};

export async function openConnectionKit(): Promise<ConnectionKit & AsyncDisposable> {
  const deps = { ...(await openTestDeps()), slots: openSlots({ total: 8, perInstitution: 8 }) };
  const { id } = await makeInstitution(deps, 'westfield');
  return { deps, institutionId: id, [Symbol.asyncDispose]: () => deps.close() };
}

/** A row that can be taken, with these members instead. */
export function row(externalId: string, others: Record<string, unknown> = {}): Record<string, unknown> {
  return { externalId, connectedAt: '2026-03-01', firstName: 'Ada', email: 'ada@example.edu', ...others };
}

export function ndjson(rows: readonly unknown[]): string {
  return rows.map((one) => `${typeof one === 'string' ? one : JSON.stringify(one)}\n`).join('');
}

/** Loads a text or chunks of one. */
export async function load(
  { deps, institutionId }: ConnectionKit,
  content: string | AsyncIterable<Uint8Array>,
  contentType: string | null = null,
): Promise<ConnectionLoadRecord> {
  const bytes = typeof content === 'string' ? onceOf(content) : content;
  return loadConnections(deps, systemActor, institutionId, { bytes, contentType });
}

async function* onceOf(text: string): AsyncGenerator<Uint8Array> {
  yield Buffer.from(text);
}

/** `created updated unchanged rejected`. */
export function countsOf({ created, updated, unchanged, rejected }: ConnectionLoadRecord): string {
  return `${created} ${updated} ${unchanged} ${rejected}`;
}

/** `row externalId code effect field` of each problem. */
export function problemsOf({ problems }: ConnectionLoadRecord): string[] {
  return problems.map((one) => `${one.row} ${one.externalId} ${one.code} ${one.effect} ${one.field}`);
}

/** All connections in the order of their ids of the sender. */
export async function connectionsOf({ deps, institutionId }: ConnectionKit): Promise<ConnectionRecord[]> {
  const all = await listConnections(deps.db, institutionId, {}, { before: null, limit: 1_000_000 });
  return all.sort((a, b) => (a.externalId < b.externalId ? -1 : 1));
}

/** External id → batch of its last change. */
export async function batchesOf({ deps, institutionId }: ConnectionKit): Promise<Record<string, number>> {
  const rows = await deps.db.query<{ externalId: string; batch: number }>(
    `select external_id as "externalId", batch from connections where institution_id = $1 order by external_id`,
    [institutionId],
  );
  return Object.fromEntries(rows.map((one) => [one.externalId, one.batch]));
}

export async function offerMajors({ deps, institutionId }: ConnectionKit, ...names: string[]): Promise<void> {
  await deps.db.transaction((tx) => replaceOfferedMajors(tx, institutionId, names));
}

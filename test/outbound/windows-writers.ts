// Many writers and one sender of windows at the same time, and the model that says what each window must hold.
// Invariant: the model is made of what writers saw committed, and shares nothing with the code that reads windows.

import assert from 'node:assert/strict';
import { setTimeout as pause } from 'node:timers/promises';
import type { Clock } from '../../src/domain/ports.ts';
import { type CutDeps, type CutWindow, cutWindow, discardCut } from '../../src/outbound/cut-window.ts';
import { lastBatch, takeBatch } from '../../src/store/dataset-positions.ts';
import type { InstitutionRecord } from '../../src/store/institutions.ts';
import { commitWindow, destinationOf, putConnections, recordsOf } from './windows-kit.ts';

/** What was committed, by batch: id → the value that this batch gave it. */
export type Ledger = Map<number, Map<string, string>>;

export type SentWindow = Pick<CutWindow, 'from' | 'to' | 'number' | 'rows'> & {
  rowsSent: [id: string, value: string][];
};

/** Numbers in [0, 1) that are the same for the same seed (mulberry32). */
export function seeded(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

/** Shows the same instant again and again, and goes back now and then. */
export function poorClock(random: () => number): Clock {
  let at = Date.parse('2026-11-01T05:59:00Z');
  return {
    now: () => {
      const choice = random();
      if (choice > 0.9) at += 60_000;
      else if (choice > 0.8) at -= 90_000;
      return new Date(at);
    },
  };
}

/**
 * One writer: transactions with new records and changes of its own earlier ones, with pauses before and after the batch is
 * taken; some are long, some are rolled back.
 */
export async function runWriter(
  deps: CutDeps,
  institution: InstitutionRecord,
  ledger: Ledger,
  writer: { name: string; transactions: number; random: () => number },
): Promise<void> {
  const { name, random } = writer;
  const own: string[] = [];
  for (let turn = 0; turn < writer.transactions; turn++) {
    const fresh = Array.from({ length: 1 + Math.floor(random() * 4) }, (_, at) => `${name}-${turn}-${at}`);
    const changed = own.filter(() => random() < 0.1);
    const written = new Map<string, string>();
    let batch = 0;
    const rolledBack = new Error('rolled back');
    try {
      await deps.db.transaction(async (tx) => {
        // The snapshot of a long transaction is older than many commits.
        await lastBatch(tx, institution.id, 'connections');
        await pause(random() < 0.1 ? 150 : random() * 10);
        batch = await takeBatch(tx, institution.id, 'connections');
        for (const id of [...fresh, ...changed]) written.set(id, `${name} ${turn} ${batch}`);
        const rows = [...written].map(([externalId, school]) => ({ externalId, school }));
        await putConnections(tx, deps, institution.id, batch, rows);
        await pause(random() < 0.1 ? 30 : random() * 3);
        if (random() < 0.15) throw rolledBack;
      });
    } catch (error) {
      if (error !== rolledBack) throw error;
      continue;
    }
    assert.ok(!ledger.has(batch), `batch ${batch} was given twice`);
    ledger.set(batch, written);
    own.push(...fresh);
  }
}

/** Cuts and commits windows until `isOver` was true before a cut; some cuts fail and are thrown away. */
export async function runSender(
  deps: CutDeps,
  institution: InstitutionRecord,
  sent: SentWindow[],
  { isOver, random }: { isOver: () => boolean; random: () => number },
): Promise<void> {
  const destination = destinationOf(institution, 'connections');
  for (;;) {
    const last = isOver();
    const cut = await cutWindow(deps, institution, destination);
    if (!last && random() < 0.3) {
      await discardCut(deps, institution.id, cut);
      continue;
    }
    const records = await recordsOf(deps, institution, cut);
    await pause(random() * 10);
    await commitWindow(deps, institution, 'connections', cut);
    const rowsSent = records.map((row): [string, string] => [row.externalId ?? '', row.school ?? '']);
    sent.push({ from: cut.from, to: cut.to, number: cut.number, rows: cut.rows, rowsSent });
    if (last) return;
  }
}

/** Every window holds exactly the records whose last change by then lies in it, each once, in order, with that change's value. */
export function checkWindows(ledger: Ledger, sent: readonly SentWindow[]): void {
  const batches = [...ledger.keys()].sort((a, b) => a - b);
  let position = 0;
  for (const [at, window] of sent.entries()) {
    assert.equal(window.from, position, 'a window begins where the one before ended');
    assert.equal(window.number, at + 1);
    position = window.to;
    const expected = new Map<string, { batch: number; value: string }>();
    for (const batch of batches.filter((one) => one > window.from && one <= window.to))
      for (const [id, value] of ledger.get(batch) ?? []) expected.set(id, { batch, value });
    assert.equal(window.rows, expected.size, `window ${window.number} of ${window.from} to ${window.to}`);
    assert.deepEqual(new Map(window.rowsSent), new Map([...expected].map(([id, { value }]) => [id, value])));
    assert.equal(window.rowsSent.length, expected.size, 'no record is in a window twice');
    const order = window.rowsSent.map(([id]) => expected.get(id)?.batch ?? 0);
    assert.deepEqual(
      order,
      order.toSorted((a, b) => a - b),
      'rows are in commit order',
    );
  }
  assert.equal(position, batches.at(-1) ?? 0, 'nothing is left behind');
  const created = new Set([...ledger.values()].flatMap((written) => [...written.keys()]));
  const delivered = new Set(sent.flatMap((window) => window.rowsSent.map(([id]) => id)));
  assert.deepEqual(delivered, created);
}

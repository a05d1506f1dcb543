// Verifies the hash chain of an audit log, and records what operators read.
// Invariant: a chain is whole only when every event follows the one before and the last one is the recorded head.

import type { Deps } from '../deps.ts';
import type { Actor } from '../domain/actor.ts';
import type { InstitutionId } from '../domain/ids.ts';
import { type AuditHead, appendAudit, auditHash, auditHead, nextAuditEvents } from '../store/audit.ts';

export type ChainFault = 'missing-event' | 'changed-event' | 'cut-off' | 'replaced';

/** `seq` of a fault is where the chain stops being right. `head.hash` is hex: export it, and compare it later. */
export type ChainVerdict =
  | { ok: true; events: number; head: { seq: number; hash: string } }
  | { ok: false; fault: ChainFault; seq: number };

const batch = 1_000;

/**
 * Reads a chain from its first event. With `exported` (a head that was noted earlier) it must also hold that event, which
 * shows a chain that was cut or made anew as a whole.
 */
export async function verifyChain(
  deps: Pick<Deps, 'db' | 'sealer'>,
  institutionId: InstitutionId,
  exported: { seq: number; hash: string } | null = null,
): Promise<ChainVerdict> {
  // The head first: events that are appended meanwhile lie beyond it and are not judged.
  const head: AuditHead = (await auditHead(deps.db, institutionId)) ?? { seq: 0, hash: Buffer.alloc(0) };
  let seq = 0;
  let hash = Buffer.alloc(0);
  let seenExported = exported === null || exported.seq === 0;
  while (seq < head.seq) {
    const events = await nextAuditEvents(deps.db, institutionId, seq, Math.min(batch, head.seq - seq));
    if (events.length === 0) return { ok: false, fault: 'cut-off', seq: seq + 1 };
    for (const event of events) {
      if (event.seq !== seq + 1) return { ok: false, fault: 'missing-event', seq: seq + 1 };
      if (!auditHash(deps.sealer, institutionId, hash, event).equals(event.hash))
        return { ok: false, fault: 'changed-event', seq: event.seq };
      seq = event.seq;
      hash = Buffer.from(event.hash);
      if (exported?.seq === seq) {
        if (exported.hash !== hash.toString('hex')) return { ok: false, fault: 'replaced', seq };
        seenExported = true;
      }
    }
  }
  if (!hash.equals(head.hash)) return { ok: false, fault: 'changed-event', seq: head.seq };
  const [beyond] = await nextAuditEvents(deps.db, institutionId, head.seq, 1);
  const now = beyond ? await auditHead(deps.db, institutionId) : head;
  if (beyond && now?.seq === head.seq) return { ok: false, fault: 'changed-event', seq: beyond.seq };
  if (!seenExported) return { ok: false, fault: 'cut-off', seq: seq + 1 };
  return { ok: true, events: seq, head: { seq, hash: hash.toString('hex') } };
}

/** Operators read contacts of institutions that are not theirs: that is recorded before they get them (ruling 23). */
export async function recordReading(
  deps: Pick<Deps, 'db' | 'clock' | 'sealer'>,
  actor: Actor,
  institutionId: InstitutionId,
  what: { route: string; subject: string },
): Promise<void> {
  if (actor.role !== 'operator') return;
  await deps.db.transaction((tx) =>
    appendAudit(tx, institutionId, deps, actor, {
      action: 'contacts.read',
      subject: what.subject,
      facts: { route: what.route },
    }),
  );
}

// The audit log: one hash chain per institution, and one of the installation itself (the nil UUID).
// Invariant: an event is the last statement of the transaction of the change that it tells of; its hash covers the one before.

import type { Queryable, Tx } from '../db/connection.ts';
import type { Actor } from '../domain/actor.ts';
import type { InstitutionId } from '../domain/ids.ts';
import type { Clock, Sealer } from '../domain/ports.ts';

/**
 * What happened: `action` such as `feed.enabled`, `subject` the id of the thing, `facts` what else matters.
 * Never a secret or a contact's value in facts.
 */
export type AuditEntry = { action: string; subject: string; facts?: Record<string, unknown> };

/** An event as it is kept. `hash` = HMAC(hash before + canonical JSON of the rest). */
export type AuditEvent = {
  seq: number;
  at: Date;
  actor: { kind: string; id: string | null; name: string };
  action: string;
  subject: string;
  facts: Record<string, unknown>;
  hash: Buffer;
};

export type AuditHead = { seq: number; hash: Buffer };

/** Appends to an institution's chain. Call it last in the transaction: it locks the head of the chain until the commit. */
export async function appendAudit(
  tx: Tx,
  institutionId: InstitutionId,
  deps: { sealer: Sealer; clock: Clock },
  actor: Actor,
  entry: AuditEntry,
): Promise<void> {
  await tx.execute(
    `insert into audit_heads (institution_id, seq, hash) values ($1, 0, '') on conflict (institution_id) do nothing`,
    [institutionId],
  );
  const head = await tx.queryOne<AuditHead>('select seq, hash from audit_heads where institution_id = $1 for update', [
    institutionId,
  ]);
  if (!head) throw new Error('the head of an audit chain is missing');
  const event = {
    seq: head.seq + 1,
    at: deps.clock.now(),
    actor: { kind: actor.kind, id: actor.id, name: actor.name },
    action: entry.action,
    subject: entry.subject,
    facts: storable(entry.facts ?? {}),
  };
  const hash = auditHash(deps.sealer, institutionId, head.hash, event);
  await tx.execute(
    `with event as (
       insert into audit_events (institution_id, seq, at, actor, action, subject, facts, hash)
       values ($1, $2, $3, $4, $5, $6, $7, $8)
     )
     update audit_heads set seq = $2, hash = $8 where institution_id = $1`,
    [
      institutionId,
      event.seq,
      event.at,
      JSON.stringify(event.actor),
      event.action,
      event.subject,
      JSON.stringify(event.facts),
      hash,
    ],
  );
}

/** The hash of an event that follows the one with hash `previous` (empty for the first). */
export function auditHash(
  sealer: Sealer,
  institutionId: InstitutionId,
  previous: Buffer,
  event: Omit<AuditEvent, 'hash'>,
): Buffer {
  const { seq, at, actor, action, subject, facts } = event;
  const text = canonicalJson({ institutionId, seq, at: at.toISOString(), actor, action, subject, facts });
  return Buffer.from(sealer.mac(previous.toString('hex') + text, 'audit'));
}

/** Newest first, below `before`. */
export async function listAuditEvents(
  db: Queryable,
  institutionId: InstitutionId,
  options: { before: number | null; limit: number },
): Promise<AuditEvent[]> {
  return db.query<AuditEvent>(
    `select seq, at, actor, action, subject, facts, hash from audit_events
     where institution_id = $1 and ($2::bigint is null or seq < $2) order by seq desc limit $3`,
    [institutionId, options.before, options.limit],
  );
}

/** Oldest first, above `after`: the order in which a chain is verified. */
export async function nextAuditEvents(
  db: Queryable,
  institutionId: InstitutionId,
  after: number,
  limit: number,
): Promise<AuditEvent[]> {
  return db.query<AuditEvent>(
    `select seq, at, actor, action, subject, facts, hash from audit_events
     where institution_id = $1 and seq > $2 order by seq limit $3`,
    [institutionId, after, limit],
  );
}

/** The end of a chain, or null when it has no event. */
export async function auditHead(db: Queryable, institutionId: InstitutionId): Promise<AuditHead | null> {
  return db.queryOne<AuditHead>('select seq, hash from audit_heads where institution_id = $1', [institutionId]);
}

/** As JSON keeps it, without U+0000 and lone surrogates, which PostgreSQL cannot store. */
function storable(facts: Record<string, unknown>): Record<string, unknown> {
  return cleaned(JSON.parse(JSON.stringify(facts))) as Record<string, unknown>;
}

function cleaned(value: unknown): unknown {
  if (typeof value === 'string') return value.replaceAll('\0', '').toWellFormed();
  if (Array.isArray(value)) return value.map(cleaned);
  if (value === null || typeof value !== 'object') return value;
  return Object.fromEntries(Object.entries(value).map(([key, member]) => [cleaned(key), cleaned(member)]));
}

/** JSON with the keys of every object in code unit order: the same value always gives the same text. */
function canonicalJson(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(canonicalJson).join(',')}]`;
  if (value === null || typeof value !== 'object') return JSON.stringify(value) ?? 'null';
  const entries = Object.entries(value).filter(([, member]) => member !== undefined);
  entries.sort(([a], [b]) => (a < b ? -1 : 1));
  return `{${entries.map(([key, member]) => `${JSON.stringify(key)}:${canonicalJson(member)}`).join(',')}}`;
}

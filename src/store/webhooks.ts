// The tables `webhooks` and `webhook_deliveries`: who is told of what, and what became of each telling.
// Invariant: a secret is kept sealed only; a delivery's body never changes, so that every try sends the same bytes.

import type { Queryable, Tx } from '../db/connection.ts';
import type { InstitutionId, WebhookDeliveryId, WebhookId } from '../domain/ids.ts';

export type WebhookRecord = {
  id: WebhookId;
  url: string;
  events: string[];
  active: boolean;
  createdAt: Date;
  lastDelivery: { status: DeliveryStatus; at: Date; error: string | null } | null;
};

type DeliveryStatus = 'queued' | 'delivered' | 'failed';

export type DeliveryRecord = {
  id: WebhookDeliveryId;
  event: string;
  status: DeliveryStatus;
  attempts: number;
  responseStatus: number | null;
  lastError: string | null;
  createdAt: Date;
  finishedAt: Date | null;
};

const deliveryColumns = `id, event, status, attempts, response_status as "responseStatus", last_error as "lastError",
  created_at as "createdAt", finished_at as "finishedAt"`;

type WebhookRow = Omit<WebhookRecord, 'lastDelivery'> & {
  lastStatus: DeliveryStatus | null;
  lastAt: Date | null;
  lastError: string | null;
};

function whole({ lastStatus, lastAt, lastError, ...row }: WebhookRow): WebhookRecord {
  return { ...row, lastDelivery: lastStatus && lastAt && { status: lastStatus, at: lastAt, error: lastError } };
}

const selectWebhooks = `select w.id, w.url, w.events, w.active, w.created_at as "createdAt",
    d.status as "lastStatus", coalesce(d.finished_at, d.created_at) as "lastAt", d.last_error as "lastError"
  from webhooks w left join lateral (
    select status, finished_at, created_at, last_error from webhook_deliveries
    where institution_id = w.institution_id and webhook_id = w.id order by id desc limit 1
  ) d on true
  where w.institution_id = $1`;

/** Newest first. */
export async function listWebhooks(db: Queryable, institutionId: InstitutionId): Promise<WebhookRecord[]> {
  return (await db.query<WebhookRow>(`${selectWebhooks} order by w.id desc`, [institutionId])).map(whole);
}

export async function getWebhook(
  db: Queryable,
  institutionId: InstitutionId,
  id: WebhookId,
): Promise<WebhookRecord | null> {
  const row = await db.queryOne<WebhookRow>(`${selectWebhooks} and w.id = $2`, [institutionId, id]);
  return row && whole(row);
}

/** Settings of a webhook; nobody else changes or deletes it until the transaction ends. */
export async function lockWebhook(
  tx: Tx,
  institutionId: InstitutionId,
  id: WebhookId,
): Promise<Pick<WebhookRecord, 'id' | 'url' | 'events' | 'active'> | null> {
  return tx.queryOne(
    'select id, url, events, active from webhooks where institution_id = $1 and id = $2 for no key update',
    [institutionId, id],
  );
}

export async function countWebhooks(db: Queryable, institutionId: InstitutionId): Promise<number> {
  const row = await db.queryOne<{ count: number }>('select count(*) as count from webhooks where institution_id = $1', [
    institutionId,
  ]);
  return row?.count ?? 0;
}

/** The active webhooks that want the event. They cannot be deleted until the transaction ends, so that rows may point at them. */
export async function webhooksFor(tx: Tx, institutionId: InstitutionId, event: string): Promise<WebhookId[]> {
  const rows = await tx.query<{ id: WebhookId }>(
    `select id from webhooks where institution_id = $1 and active and $2 = any (events) order by id for key share`,
    [institutionId, event],
  );
  return rows.map((row) => row.id);
}

export async function insertWebhook(
  tx: Tx,
  institutionId: InstitutionId,
  row: Pick<WebhookRecord, 'id' | 'url' | 'events' | 'createdAt'> & { secretSealed: Uint8Array },
): Promise<void> {
  await tx.execute(
    `insert into webhooks (institution_id, id, url, events, secret_sealed, created_at) values ($1, $2, $3, $4, $5, $6)`,
    [institutionId, row.id, row.url, row.events, Buffer.from(row.secretSealed), row.createdAt],
  );
}

export async function updateWebhookRow(
  tx: Tx,
  institutionId: InstitutionId,
  id: WebhookId,
  to: { events: readonly string[]; active: boolean },
): Promise<void> {
  await tx.execute('update webhooks set events = $3, active = $4 where institution_id = $1 and id = $2', [
    institutionId,
    id,
    to.events,
    to.active,
  ]);
}

/** With its deliveries. */
export async function deleteWebhookRow(tx: Tx, institutionId: InstitutionId, id: WebhookId): Promise<void> {
  await tx.execute('delete from webhooks where institution_id = $1 and id = $2', [institutionId, id]);
}

export async function insertDelivery(
  tx: Tx,
  institutionId: InstitutionId,
  row: { id: WebhookDeliveryId; webhookId: WebhookId; event: string; body: string; createdAt: Date },
): Promise<void> {
  await tx.execute(
    `insert into webhook_deliveries (institution_id, id, webhook_id, event, body, status, created_at)
     values ($1, $2, $3, $4, $5, 'queued', $6)`,
    [institutionId, row.id, row.webhookId, row.event, row.body, row.createdAt],
  );
}

/** What a delivery is sent with, while it is queued; null when it has ended or is gone. */
export type DeliveryToSend = {
  id: WebhookDeliveryId;
  webhookId: WebhookId;
  event: string;
  body: string;
  url: string;
  active: boolean;
  secretSealed: Buffer;
};

export async function getDeliveryToSend(
  db: Queryable,
  institutionId: InstitutionId,
  id: WebhookDeliveryId,
): Promise<DeliveryToSend | null> {
  return db.queryOne<DeliveryToSend>(
    `select d.id, d.webhook_id as "webhookId", d.event, d.body, w.url, w.active, w.secret_sealed as "secretSealed"
     from webhook_deliveries d join webhooks w on w.institution_id = d.institution_id and w.id = d.webhook_id
     where d.institution_id = $1 and d.id = $2 and d.status = 'queued'`,
    [institutionId, id],
  );
}

export type DeliveryTry = {
  status: DeliveryStatus;
  responseStatus: number | null;
  lastError: string | null;
  finishedAt: Date | null;
};

/** What one try came to; `queued` when another one follows. False when the delivery is not queued any more. */
export async function recordDeliveryTry(
  db: Queryable,
  institutionId: InstitutionId,
  id: WebhookDeliveryId,
  to: DeliveryTry,
): Promise<boolean> {
  const changed = await db.execute(
    `update webhook_deliveries set status = $3, attempts = attempts + 1, response_status = $4, last_error = $5,
       finished_at = $6
     where institution_id = $1 and id = $2 and status = 'queued'`,
    [institutionId, id, to.status, to.responseStatus, to.lastError, to.finishedAt],
  );
  return changed === 1;
}

/** Ends a queued delivery as failed, without a try; what the last one was answered stays. */
export async function endDelivery(
  db: Queryable,
  institutionId: InstitutionId,
  id: WebhookDeliveryId,
  end: { lastError: string; finishedAt: Date },
): Promise<void> {
  await db.execute(
    `update webhook_deliveries set status = 'failed', last_error = $3, finished_at = $4
     where institution_id = $1 and id = $2 and status = 'queued'`,
    [institutionId, id, end.lastError, end.finishedAt],
  );
}

export async function getDelivery(
  db: Queryable,
  institutionId: InstitutionId,
  id: WebhookDeliveryId,
): Promise<DeliveryRecord | null> {
  return db.queryOne<DeliveryRecord>(
    `select ${deliveryColumns} from webhook_deliveries where institution_id = $1 and id = $2`,
    [institutionId, id],
  );
}

/** Newest first; `before` is the id of the last one seen. */
export async function listDeliveries(
  db: Queryable,
  institutionId: InstitutionId,
  webhookId: WebhookId,
  page: { before: string | null; limit: number },
): Promise<DeliveryRecord[]> {
  return db.query<DeliveryRecord>(
    `select ${deliveryColumns} from webhook_deliveries
     where institution_id = $1 and webhook_id = $2 and ($3::uuid is null or id < $3) order by id desc limit $4`,
    [institutionId, webhookId, page.before, page.limit],
  );
}

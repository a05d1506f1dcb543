// The table `destination_host_keys`: what the servers of destinations showed, announced, and what people confirmed of it.
// Invariant: a key becomes `confirmed` only by `confirmHostKey`; seeing it again never changes that.

import type { Queryable, Tx } from '../db/connection.ts';
import type { DestinationId, InstitutionId } from '../domain/ids.ts';
import type { HostKeySeen } from '../domain/remote.ts';

export type HostKeyRecordState = 'detected' | 'offered' | 'confirmed';

export type DestinationHostKeyRecord = HostKeySeen & {
  destinationId: DestinationId;
  state: HostKeyRecordState;
  firstSeenAt: Date;
  lastSeenAt: Date;
  confirmedAt: Date | null;
  confirmedBy: string | null;
};

const columns = `destination_id as "destinationId", sha256, md5, type, public_key as "publicKey", state,
  first_seen_at as "firstSeenAt", last_seen_at as "lastSeenAt", confirmed_at as "confirmedAt", confirmed_by as "confirmedBy"`;

/** The keys of all destinations of an institution, those seen last first. */
export async function listHostKeysOfDestinations(
  db: Queryable,
  institutionId: InstitutionId,
): Promise<DestinationHostKeyRecord[]> {
  return db.query<DestinationHostKeyRecord>(
    `select ${columns} from destination_host_keys where institution_id = $1 order by last_seen_at desc, sha256`,
    [institutionId],
  );
}

/** The keys of one destination, those seen last first. */
export async function hostKeysOfDestination(
  db: Queryable,
  institutionId: InstitutionId,
  destinationId: DestinationId,
): Promise<DestinationHostKeyRecord[]> {
  return db.query<DestinationHostKeyRecord>(
    `select ${columns} from destination_host_keys where institution_id = $1 and destination_id = $2
     order by last_seen_at desc, sha256`,
    [institutionId, destinationId],
  );
}

/** Keys that nobody has confirmed are kept up to so many: a server can show another one each time. */
const mostUnconfirmed = 50;

/**
 * Records keys that a server showed (`detected`) or proved to have on a verified session (`offered`, which is more than
 * detected). Gives the fingerprints of those that were not known before.
 */
export async function recordHostKeys(
  tx: Tx,
  institutionId: InstitutionId,
  destinationId: DestinationId,
  keys: readonly HostKeySeen[],
  state: 'detected' | 'offered',
  now: Date,
): Promise<Set<string>> {
  const each = [...new Map(keys.map((key) => [key.sha256, key])).values()].slice(0, mostUnconfirmed);
  // What was seen while the clock stood ahead was seen before this, and must not stay the last one.
  await tx.execute(
    `update destination_host_keys set last_seen_at = $3::timestamptz - interval '1 millisecond'
     where institution_id = $1 and destination_id = $2 and last_seen_at > $3`,
    [institutionId, destinationId, now],
  );
  const rows = await tx.query<{ sha256: string; fresh: boolean }>(
    `insert into destination_host_keys as known (institution_id, destination_id, sha256, md5, type, public_key, state,
       first_seen_at, last_seen_at)
     select $1, $2, sha256, md5, type, public_key, $7, $8, $8
     from unnest($3::text[], $4::text[], $5::text[], $6::text[]) as seen (sha256, md5, type, public_key)
     on conflict (institution_id, destination_id, sha256) do update set last_seen_at = excluded.last_seen_at,
       state = case when known.state = 'detected' then excluded.state else known.state end
     returning sha256, xmax = 0 as fresh`,
    [
      institutionId,
      destinationId,
      each.map((key) => key.sha256),
      each.map((key) => key.md5),
      each.map((key) => key.type),
      each.map((key) => key.publicKey),
      state,
      now,
    ],
  );
  const fresh = new Set(rows.filter((row) => row.fresh).map((row) => row.sha256));
  if (fresh.size > 0) await dropOldUnconfirmed(tx, institutionId, destinationId);
  return fresh;
}

async function dropOldUnconfirmed(tx: Tx, institutionId: InstitutionId, destinationId: DestinationId): Promise<void> {
  await tx.execute(
    `delete from destination_host_keys where institution_id = $1 and destination_id = $2 and sha256 in (
       select sha256 from destination_host_keys
       where institution_id = $1 and destination_id = $2 and state <> 'confirmed'
       order by last_seen_at desc, sha256 offset $3)`,
    [institutionId, destinationId, mostUnconfirmed],
  );
}

/** A person says that this key is the server's; one that was never seen is added. */
export async function confirmHostKey(
  tx: Tx,
  institutionId: InstitutionId,
  destinationId: DestinationId,
  key: HostKeySeen,
  by: { name: string; at: Date },
): Promise<void> {
  await tx.execute(
    `insert into destination_host_keys (institution_id, destination_id, sha256, md5, type, public_key, state,
       first_seen_at, last_seen_at, confirmed_at, confirmed_by)
     values ($1, $2, $3, $4, $5, $6, 'confirmed', $7, $7, $7, $8)
     on conflict (institution_id, destination_id, sha256) do update set state = 'confirmed', confirmed_at = $7,
       confirmed_by = $8`,
    [institutionId, destinationId, key.sha256, key.md5, key.type, key.publicKey, by.at, by.name],
  );
}

/** Takes the confirmation back; the key stays known as one that was seen. */
export async function unconfirmHostKey(
  tx: Tx,
  institutionId: InstitutionId,
  destinationId: DestinationId,
  sha256: string,
): Promise<void> {
  await tx.execute(
    `update destination_host_keys set state = 'detected', confirmed_at = null, confirmed_by = null
     where institution_id = $1 and destination_id = $2 and sha256 = $3`,
    [institutionId, destinationId, sha256],
  );
}

/** All keys of a destination: its address is another one now. */
export async function dropHostKeys(tx: Tx, institutionId: InstitutionId, destinationId: DestinationId): Promise<void> {
  await tx.execute('delete from destination_host_keys where institution_id = $1 and destination_id = $2', [
    institutionId,
    destinationId,
  ]);
}

// Takes in connections as NDJSON or CSV: reads, checks, stages, and applies them in one transaction.
// Invariant: all of a load is there when this returns, or nothing; the same bytes again change nothing.

import type { Tx } from '../db/connection.ts';
import type { Deps } from '../deps.ts';
import type { Actor } from '../domain/actor.ts';
import { connectionChecker } from '../domain/connection.ts';
import { AppError } from '../domain/errors.ts';
import type { ConnectionLoadId, InstitutionId } from '../domain/ids.ts';
import { rowIds } from '../domain/row-ids.ts';
import { appendAudit } from '../store/audit.ts';
import { knowRecords, lookupFor, planFor } from '../store/bulk-planning.ts';
import { type ConnectionLoadRecord, insertConnectionLoad } from '../store/connection-loads.ts';
import {
  applyConnections,
  compareConnections,
  copyConnections,
  countStaged,
  createConnectionStaging,
  foldRepeated,
  lockConnections,
  prepareConnections,
} from '../store/connection-staging.ts';
import { takeBatch } from '../store/dataset-positions.ts';
import { getInstitution } from '../store/institutions.ts';
import { listOfferedMajors } from '../store/outbound-settings.ts';
import { connectionLine } from './connection-copy.ts';
import type { ReadRow } from './connection-rows.ts';
import { csvConnections } from './csv-connections.ts';
import { type LoadFormat, loadFormat } from './load-format.ts';
import { LoadProblems } from './load-problems.ts';
import { ndjsonConnections } from './ndjson-connections.ts';
import type { Slots } from './slots.ts';
import { spoolLoad } from './spool-load.ts';

export type LoadDeps = Pick<Deps, 'db' | 'files' | 'clock' | 'newId' | 'sealer'> & { slots: Slots };

export type ConnectionLoad = {
  bytes: AsyncIterable<Uint8Array>;
  /** As the request names it; null when it does not. */
  contentType: string | null;
};

/** COPY text is handed over in parts of about so many characters. */
const partSize = 1 << 20;

/**
 * Loads connections; a row with an id that is there already changes that record. Rows that cannot be taken are counted and
 * told, and never stop the load. Throws AppError `no-such-institution`, `unsupported-file-type`, `json-array`, `load-too-large`,
 * `no-space`, `missing-columns` or `duplicate-columns`; errors of the source pass through, and then nothing was written.
 */
export async function loadConnections(
  deps: LoadDeps,
  actor: Actor,
  institutionId: InstitutionId,
  load: ConnectionLoad,
): Promise<ConnectionLoadRecord> {
  const institution = await getInstitution(deps.db, institutionId);
  if (!institution) throw noSuchInstitution();
  const offeredMajors = await listOfferedMajors(deps.db, institutionId);
  const { format, bytes } = await loadFormat(load.bytes, load.contentType);
  // All of it has come before it takes a turn and a session, so that slow senders hold none.
  const spooled = await spoolLoad(deps, institutionId, bytes);
  const problems = new LoadProblems();
  const rows = format === 'csv' ? csvConnections(spooled.bytes, problems) : ndjsonConnections(spooled.bytes, problems);
  const check = connectionChecker({ ...institution, offeredMajors });
  const parts = copyParts(rows, check, problems, rowIds());
  try {
    return await deps.slots(institutionId, () =>
      deps.db.session(async (session) => {
        await createConnectionStaging(session);
        let part = await parts.next();
        let staged = 0;
        while (part.done !== true) {
          // The database takes one part while the next one is read.
          const copied = copyConnections(session, part.value);
          const [rows, next] = await Promise.allSettled([copied, parts.next()]);
          staged += settledValue(rows);
          part = settledValue(next);
        }
        await prepareConnections(session, staged);
        await foldRepeated(session);
        return session.transaction((tx) => apply(deps, tx, { actor, institutionId, format, problems }));
      }),
    );
  } finally {
    await parts.return(undefined);
    await spooled.discard();
  }
}

function settledValue<T>(settled: PromiseSettledResult<T>): T {
  if (settled.status === 'rejected') throw settled.reason;
  return settled.value;
}

type Check = ReturnType<typeof connectionChecker>;

/** The rows that can be taken, as COPY text; what is wrong with the others, or with cells, is told to `problems`. */
async function* copyParts(
  batches: AsyncIterable<ReadRow[]>,
  check: Check,
  problems: LoadProblems,
  newId: () => string,
): AsyncGenerator<Buffer, undefined, undefined> {
  let ordinal = 0;
  let lines: string[] = [];
  let size = 0;
  for await (const rows of batches) {
    for (const read of rows) {
      if (read.cells === null) {
        problems.add(read.problem, read.row, null);
        continue;
      }
      const { values, externalId, problems: found } = check(read.cells);
      for (const problem of read.notices ?? []) if (values) problems.add(problem, read.row, externalId);
      for (const problem of found) problems.add(problem, read.row, externalId);
      if (!values) continue;
      ordinal += 1;
      const line = connectionLine(ordinal, newId(), values);
      lines.push(line);
      size += line.length;
    }
    if (size < partSize) continue;
    yield Buffer.from(lines.join(''));
    lines = [];
    size = 0;
  }
  if (lines.length > 0) yield Buffer.from(lines.join(''));
}

type Applied = { actor: Actor; institutionId: InstitutionId; format: LoadFormat; problems: LoadProblems };

async function apply(
  deps: LoadDeps,
  tx: Tx,
  { actor, institutionId, format, problems }: Applied,
): Promise<ConnectionLoadRecord> {
  await lockConnections(tx, institutionId);
  const rows = await countStaged(tx);
  const lookup = lookupFor({ staged: rows, rows });
  await knowRecords(tx, 'connections', rows);
  await planFor(tx, lookup);
  const { changes, ...outcomes } = await compareConnections(tx, institutionId, lookup);
  const now = deps.clock.now();
  // Other writers of the dataset wait from here until the commit.
  const batch = changes === 0 ? null : await takeBatch(tx, institutionId, 'connections');
  if (batch !== null) await applyConnections(tx, institutionId, { batch, now, lookup });
  const { rejected, notices } = problems;
  const record: ConnectionLoadRecord = {
    id: deps.newId<ConnectionLoadId>(),
    at: now,
    actor: { kind: actor.kind, id: actor.id, name: actor.name },
    format,
    ...outcomes,
    rejected,
    notices,
    batch,
    problems: problems.kept(),
  };
  await insertConnectionLoad(tx, institutionId, record);
  await appendAudit(tx, institutionId, deps, actor, {
    action: 'connections.loaded',
    subject: record.id,
    facts: { format, ...outcomes, rejected },
  });
  return record;
}

function noSuchInstitution(): AppError {
  return new AppError('not-found', 'no-such-institution', 'There is no such institution.', 'Check its short name.');
}

// A program for tests to kill: loads connections, and says what was acknowledged.
// Invariant: `ack CREATED` is printed only after the load has returned.

import { randomBytes, randomUUIDv7 } from 'node:crypto';
import { setTimeout as pause } from 'node:timers/promises';
import { openDiskFiles } from '../../src/adapters/disk-files/open-disk-files.ts';
import { createSealer } from '../../src/adapters/sealing/sealer.ts';
import type { Database } from '../../src/db/connection.ts';
import { openPool } from '../../src/db/pool.ts';
import { systemActor } from '../../src/domain/actor.ts';
import type { InstitutionId } from '../../src/domain/ids.ts';
import { loadConnections } from '../../src/outbound/load-connections.ts';
import { openSlots } from '../../src/outbound/slots.ts';

export type ConnectionProgram = {
  url: string;
  /** Of the stored files. */
  folder: string;
  institutionId: InstitutionId;
  rows: number;
  /** Where the program stops and waits to be killed; null to load to the end and tell the memory that it took, in MiB. */
  stopAt: 'half-read' | 'before-commit' | 'after-commit' | null;
};

const given: ConnectionProgram | null =
  process.argv[1] === import.meta.filename ? JSON.parse(process.argv[2] ?? '') : null;
if (given) await run(given);

/** Row number `n` as NDJSON, some 350 bytes. */
export function lineOf(n: number): string {
  const text = `{"externalId":"C-${n}","connectedAt":"2026-03-0${1 + (n % 9)}","studentId":"S-${n}","firstName":"Ada","lastName":"Lee ${n}","dateOfBirth":"2008-03-04","graduationYear":2027,"gpa":3.5,"school":"Lakeside High School of ${n % 100}","email":"ada.${n}@example.edu","phone":"212-555-01${10 + (n % 90)}","street":"${n} Main Street","city":"Troy","state":"NY","postalCode":"12180","country":"US","majors":["Biology","Art"]}`;
  return `${text}\n`;
}

async function run({ url, folder, institutionId, rows, stopAt }: ConnectionProgram): Promise<void> {
  const at = async (step: string): Promise<void> => {
    if (step !== stopAt) return;
    process.stdout.write('stopped\n');
    for (;;) await pause(60_000);
  };
  const pool = openPool({ connectionString: url });
  const db: Database = {
    ...pool,
    session: (work) =>
      pool.session((session) => {
        const { transaction } = session;
        session.transaction = async (applied, options) => {
          const value = await transaction(async (tx) => {
            const result = await applied(tx);
            await at('before-commit');
            return result;
          }, options);
          await at('after-commit');
          return value;
        };
        return work(session);
      }),
  };
  async function* bytes(): AsyncGenerator<Uint8Array> {
    let text = '';
    for (let n = 0; n < rows; n++) {
      text += lineOf(n);
      if (text.length < 1 << 16) continue;
      yield Buffer.from(text);
      text = '';
      if (n > rows / 2) await at('half-read');
    }
    yield Buffer.from(text);
  }
  const deps = {
    db,
    files: await openDiskFiles({ folder }),
    clock: { now: () => new Date() },
    newId: <Id extends string>() => randomUUIDv7() as Id,
    sealer: createSealer(randomBytes(32)),
    slots: openSlots({ total: 8, perInstitution: 2 }),
  };
  const done = await loadConnections(deps, systemActor, institutionId, { bytes: bytes(), contentType: null });
  process.stdout.write(`ack ${done.created}\n`);
  process.stdout.write(`${Math.round(process.resourceUsage().maxRSS / 1024)}\n`);
  await pool.close();
}

// Delivering a window of connections to sshd, against psql's \copy of the same columns to a file and OpenSSH's `sftp put` of it.
// Invariant: same database, same rows, same server, in turns; ours also orders, hashes, checks the size, renames and records.

import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { readFile, rm, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { temporaryFolder } from '../scripts/temporary-folder.ts';
import type { DestinationView, ProbeView } from '../src/api/destinations.ts';
import type { Institution } from '../src/api/institutions.ts';
import type { TransferView } from '../src/api/transfers.ts';
import type { Client } from '../src/cli/client.ts';
import { type Database, openDatabase } from '../src/db/connection.ts';
import { startEmbedded } from '../src/db/embedded.ts';
import { databaseUrl, peakMemory, startBenchServer } from './bench-server.ts';
import { compared, type Measurement } from './measurement.ts';
import { openSshPut, startSshd, type UploadTarget } from './sftp-upload.ts';

const run = promisify(execFile);
const psql = '/usr/bin/psql';

/** The delivered columns of connections under the names of their table, for the peer. */
const peerColumns =
  'external_id, connected_at_text, student_id, first_name, last_name, gender, race_ethnicity, date_of_birth, graduation_year, gpa, school, email, phone, street, city, state, postal_code, country, majors';

/**
 * `transfer`: seconds for `rows` connections, the best of the rounds on each side. `transfer-memory`: the server's highest resident
 * memory after `rows` rows against that after a tenth of them. Throws when sshd, sftp or psql is not installed.
 */
export async function measureTransfer(options: { rows: number; rounds: number }): Promise<Measurement[]> {
  const { rows, rounds } = options;
  if (!existsSync(psql)) throw new Error('psql is not installed (Debian: postgresql-client).');
  const folder = await temporaryFolder('causeway-bench-');
  await using stack = new AsyncDisposableStack();
  stack.defer(() => rm(folder, { recursive: true, force: true }));
  const embedded = await startEmbedded(join(folder, 'database'));
  stack.defer(() => embedded.stop());
  const { user, password, host, port, database } = embedded.application;
  const url = databaseUrl(embedded.application);
  const sshd = stack.use(await startSshd(folder));
  const start = async () => startBenchServer(join(folder, 'data'), url);
  let server = await start();
  stack.defer(async () => void (await server.process.stop()));
  const db = stack.use(await openDatabase({ kind: 'postgres', url }));
  const { destination, institution } = await makeDestination(server.client, folder, sshd.target);

  await addConnections(db, institution, Math.round(rows / 10));
  await deliver(server.client, destination);
  const smallPeak = await peakMemory(server);
  await server.process.stop();
  server = await start();

  const [ours, theirs]: [number[], number[]] = [[], []];
  for (let round = 0; round < rounds; round += 1) {
    await addConnections(db, institution, rows);
    ours.push(await deliver(server.client, destination));
    const link = { host: String(host), port: Number(port), user: String(user), database: String(database) };
    theirs.push(await copyAndPut(folder, { ...link, password: String(password) }, institution, sshd.target));
  }
  const peak = await peakMemory(server);
  const [best, peerBest] = [Math.min(...ours), Math.min(...theirs)];
  return [
    compared({
      name: 'transfer',
      ours: best,
      peer: peerBest,
      peerName: '\\copy + sftp put',
      unit: 's',
      facts: { rows },
    }),
    compared({ name: 'transfer-memory', ours: peak, peer: smallPeak, peerName: 'a tenth of the rows', unit: 'MB' }),
  ];
}

/** A destination on `sshd` with a key pair of Causeway's, tested, confirmed and on. */
async function makeDestination(client: Client, folder: string, sshd: UploadTarget) {
  const wanted = { name: 'Bench', slug: 'bench', timeZone: 'UTC', country: 'US' };
  const institution = await client.send<Institution>('POST', '/institutions', wanted);
  const base = '/institutions/bench/destinations';
  const made = await client.send<DestinationView>('POST', base, {
    ...{ dataset: 'connections', host: sshd.host, port: sshd.port, username: sshd.username, path: folder },
    generateKey: 'ssh-ed25519',
    frequency: 'monthly:1',
  });
  const authorized = join(folder, 'authorized_keys');
  await writeFile(authorized, `${await readFile(authorized, 'utf8')}${made.publicKey}\n`);
  const destination = `${base}/${made.id}`;
  const probe = () => client.send<ProbeView>('POST', `${destination}/probe`, { enable: true });
  for (const { sha256 } of (await probe()).fingerprints)
    await client.send('POST', `${destination}/host-keys`, { sha256 });
  const { failure } = await probe();
  if (failure) throw new Error(`the destination of the benchmark does not work: ${failure.detail}`);
  return { destination, institution: institution.id };
}

/** So many new connections as the next batch, as a load would leave them. */
async function addConnections(db: Database, institution: string, rows: number): Promise<void> {
  await db.transaction(async (tx) => {
    const position = await tx.queryOne<{ batch: number }>(
      `insert into dataset_positions (institution_id, dataset, last_batch) values ($1, 'connections', 1)
       on conflict (institution_id, dataset) do update set last_batch = dataset_positions.last_batch + 1
       returning last_batch as batch`,
      [institution],
    );
    const batch = position?.batch ?? 0;
    await tx.execute('delete from connections where institution_id = $1', [institution]);
    await tx.execute(
      `insert into connections (institution_id, id, external_id, batch, connected_at_text, connected_at, student_id, first_name,
         last_name, gender, race_ethnicity, date_of_birth, graduation_year, gpa, school, email, phone, street, city, state,
         postal_code, country, created_at, updated_at)
       select $1::uuid, uuidv7(), 'c-' || $2::bigint || '-' || n, $2::bigint, '2026-10-03T14:05:00Z', '2026-10-03T14:05:00Z', 'S' || n,
         (array['Ava', 'Zoë', 'Jamal', 'Mateo'])[1 + n % 4], (array['O’Neill', 'García, Jr.', 'Patel', 'Nguyen'])[1 + n % 4],
         'Female', 'Two or more', date '2008-01-01' + n % 700, 2026 + n % 3, 3.5, 'Washington Preparatory School, North Campus',
         'student' || n || '@example.edu', '+1212555' || lpad((n % 10000)::text, 4, '0'), n || ' Main Street', 'Springfield', 'NY',
         '10001', 'US', now(), now()
       from generate_series(1, $3::int) n`,
      [institution, batch, rows],
    );
  });
  await db.execute('vacuum analyze connections');
}

/** Seconds from the request to the delivered file. */
async function deliver(client: Client, destination: string): Promise<number> {
  const started = performance.now();
  const transfer = await client.send<TransferView>('POST', `${destination}/run`, { wait: true });
  const seconds = (performance.now() - started) / 1000;
  if (transfer.status !== 'succeeded') throw new Error(`the transfer ended as ${transfer.status}`);
  return seconds;
}

async function copyAndPut(
  folder: string,
  link: { host: string; port: number; user: string; database: string; password: string },
  institution: string,
  sshd: UploadTarget,
): Promise<number> {
  const file = join(folder, 'peer.csv');
  const select = `select ${peerColumns} from connections where institution_id = '${institution}'`;
  const args = ['-X', '-q', '-h', link.host, '-p', String(link.port), '-U', link.user, '-d', link.database];
  const started = performance.now();
  await run(psql, [...args, '-c', `\\copy (${select}) to '${file}' with (format csv, header)`], {
    env: { ...process.env, PGPASSWORD: link.password },
  });
  await openSshPut(folder, file, sshd, null, join(folder, 'peer-received.csv'));
  const seconds = (performance.now() - started) / 1000;
  if ((await stat(join(folder, 'peer-received.csv'))).size === 0) throw new Error('the peer delivered nothing');
  return seconds;
}

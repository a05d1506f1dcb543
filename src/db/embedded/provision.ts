// Makes the role and the database of the application in a new cluster.
// Invariant: the application's role is no superuser, so that SQL can never run a program or read a file of the server.
import type { ClientConfig } from 'pg';
import { DatabaseError, DatabaseStartError } from '../database-error.ts';
import { runStatement } from '../driver-client.ts';
import { connectLink } from '../links.ts';

const NOT_THERE = /^(28|3D)/;

/** Makes what is missing in a fresh cluster, or in one whose first start was interrupted before this. */
export async function ensureDatabase(
  superuser: ClientConfig,
  application: ClientConfig,
  fresh: boolean,
): Promise<void> {
  if (!fresh && (await canConnect(application))) return;
  const client = await connectLink(superuser, () => true).catch((error: unknown) => {
    if (!(error instanceof DatabaseError) || !NOT_THERE.test(error.code)) throw error;
    throw new DatabaseStartError(
      'The embedded PostgreSQL refuses the passwords in postgres-passwords.json: the file and the folder postgres beside it do not belong together. Put both back from the same backup.',
    );
  });
  try {
    const role = client.escapeIdentifier(String(application.user));
    const database = client.escapeIdentifier(String(application.database));
    const found = await runStatement(client, 'SELECT 1 FROM pg_roles WHERE rolname = $1', [application.user]);
    if (found.rows.length === 0) await runStatement(client, `CREATE ROLE ${role}`);
    const password = client.escapeLiteral(String(application.password));
    await runStatement(
      client,
      `ALTER ROLE ${role} LOGIN NOSUPERUSER NOCREATEDB NOCREATEROLE NOREPLICATION PASSWORD ${password}`,
    );
    const there = await runStatement(client, 'SELECT 1 FROM pg_database WHERE datname = $1', [application.database]);
    if (there.rows.length === 0) await runStatement(client, `CREATE DATABASE ${database} OWNER ${role}`);
    await runStatement(client, 'REVOKE CONNECT ON DATABASE postgres, template1 FROM PUBLIC');
  } finally {
    await client.end();
  }
}

async function canConnect(link: ClientConfig): Promise<boolean> {
  try {
    const client = await connectLink(link, () => true);
    await client.end();
    return true;
  } catch (error) {
    if (error instanceof DatabaseError && NOT_THERE.test(error.code)) return false;
    throw error;
  }
}

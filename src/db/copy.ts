// COPY in both directions, streaming and with back-pressure, on a session or a transaction.
// Invariant: when the source throws, the COPY is aborted: either all of its rows are there, or none.
import { pipeline } from 'node:stream/promises';
import copyStreams from 'pg-copy-streams';
import type { Session } from './connection.ts';
import { toDatabaseError } from './database-error.ts';
import { clientOf } from './driver-client.ts';
import type { Tx } from './transaction.ts';

/**
 * `COPY … FROM STDIN`: sends the chunks (cut anywhere; 64 KiB and more go fastest) and gives the number of rows.
 * An error of the source aborts the COPY and is thrown as it came; an error of the server is a `DatabaseError`
 * that names the line and the column, not the value.
 */
export async function copyIn(
  on: Session | Tx,
  sql: string,
  chunks: AsyncIterable<Buffer> | Iterable<Buffer>,
): Promise<number> {
  let sourceError: { error: unknown } | undefined;
  async function* source(): AsyncGenerator<Buffer> {
    try {
      yield* chunks;
    } catch (error) {
      sourceError = { error };
      // This text goes to the server and into its log: it must not be the message of the source, which can hold a value.
      throw new Error('the source of the rows failed');
    }
  }
  const stream = clientOf(on).query(copyStreams.from(sql));
  try {
    await pipeline(source, stream);
    return stream.rowCount;
  } catch (error) {
    if (sourceError !== undefined) throw sourceError.error;
    throw toDatabaseError(error, sql);
  }
}

/**
 * `COPY … TO STDOUT`: the bytes as they come (cut anywhere). The connection is busy until the end was read; leaving
 * the loop earlier breaks the connection off, which rolls its transaction back.
 */
export async function* copyOut(on: Session | Tx, sql: string): AsyncGenerator<Buffer> {
  const client = clientOf(on);
  const stream = client.query(copyStreams.to(sql));
  let finished = false;
  try {
    for await (const chunk of stream) yield chunk as Buffer;
    finished = true;
  } catch (error) {
    finished = true;
    throw toDatabaseError(error, sql);
  } finally {
    if (!finished) client.connection.stream.destroy();
  }
}

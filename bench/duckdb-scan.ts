// DuckDB's scan, the peer of reading: every cell of a CSV file as text, its length summed, by one thread.
// Invariant: the timed statement is the one that docs/performance.md names, word for word.

import { type DuckDBConnection, DuckDBInstance } from '@duckdb/node-api';
import { timed } from './cpu-time.ts';
import type { Timing } from './measurement.ts';

export type DuckDbScanner = {
  /** Seconds for `select count(*), sum(length(c1)+…+length(cn))`. Throws when the file has not so many rows. */
  scan(file: string, rows: number): Promise<Timing>;
  /** Characters of all cells: code points, as `length` of DuckDB counts them. A blank cell is NULL and counts as none. */
  characters(file: string): Promise<number>;
} & Disposable;

export async function openDuckDb(): Promise<DuckDbScanner> {
  const instance = await DuckDBInstance.create(':memory:', { threads: '1' });
  const connection = await instance.connect();
  return {
    async scan(file, rows) {
      const lengths = (await columnsOf(connection, file)).map((column) => `length(${column})`);
      let counted = 0;
      const timing = await timed(async () => {
        const sql = `select count(*), sum(${lengths.join(' + ')}) from ${tableOf(file)}`;
        counted = Number((await firstRow(connection, sql))[0]);
      });
      if (counted !== rows) throw new Error(`DuckDB read ${counted} rows instead of ${rows}`);
      return timing;
    },
    async characters(file) {
      const lengths = (await columnsOf(connection, file)).map((column) => `coalesce(length(${column}), 0)`);
      return Number((await firstRow(connection, `select sum(${lengths.join(' + ')}) from ${tableOf(file)}`))[0]);
    },
    [Symbol.dispose]() {
      connection.closeSync();
      instance.closeSync();
    },
  };
}

function tableOf(file: string): string {
  return `read_csv('${file.replaceAll("'", "''")}', all_varchar = true)`;
}

async function columnsOf(connection: DuckDBConnection, file: string): Promise<string[]> {
  const reader = await connection.runAndReadAll(`select * from ${tableOf(file)} limit 0`);
  return reader.columnNames().map((name) => `"${name.replaceAll('"', '""')}"`);
}

async function firstRow(connection: DuckDBConnection, sql: string): Promise<readonly unknown[]> {
  const reader = await connection.runAndReadAll(sql);
  return reader.getRows()[0] ?? [];
}

// The table of docs/performance.md as data: every row with its limit and what bounds it, and who measures it.
// Invariant: a limit here is the one that was promised; it is never raised to make a run pass.

import { measureArrivals, nightlyArrivals } from './arrivals.ts';
import { measureImport } from './import.ts';
import { measureLatency } from './latency.ts';
import type { Measurement } from './measurement.ts';
import { measureMemory } from './memory.ts';
import { measureRead } from './read.ts';
import { measureCrowd } from './sftp-crowd.ts';
import { measureIdleSessions } from './sftp-idle.ts';
import { measureTransfer } from './transfer.ts';
import { measureUpload } from './upload.ts';

/** What was asked for; null where a benchmark is to take what its row promises. */
export type RunOptions = { rows: number | null; rounds: number | null; long: boolean };

export type BenchRow = {
  /** The work in words. */
  work: string;
  /** The highest ratio that is kept; 1 where the peer is the limit itself. */
  limit: number;
  /** What bounds it, from a profile. */
  bound: string;
};

export type Benchmark = {
  name: string;
  /** By the names of its results. */
  rows: Readonly<Record<string, BenchRow>>;
  /** Takes many minutes: runs with `--long`, or when it is asked for by name. */
  isLong?: true;
  measure(options: RunOptions): Promise<Measurement[]>;
};

const million = 1_000_000;
const gibibyte = 2 ** 30;
const bestOfFive = 5;

export const benchmarks: readonly Benchmark[] = [
  {
    name: 'read',
    rows: {
      read: {
        work: 'read 1,000,000 rows, every cell’s text made and its length summed',
        limit: 1,
        bound:
          'one string per cell, which DuckDB never makes, on one thread; another one finds rows and cells meanwhile',
      },
    },
    measure: ({ rows, rounds }) => measureRead({ rows: rows ?? million, rounds: rounds ?? bestOfFive }),
  },
  {
    name: 'import',
    rows: {
      'import-first': {
        work: 'first import, fsync on',
        limit: 1.3,
        bound:
          'PostgreSQL on one core: two thirds of a bare COPY is the upkeep of the four indexes, half of that the index of phones, which come in no order',
      },
      'import-again': {
        work: 'the same rows again, one row changed, from the settled file to the finished report',
        limit: 2,
        bound:
          'finding and hashing rows on one core while another looks them up, then 20,000 rows with issues in PostgreSQL',
      },
      'import-5-percent-changed': {
        work: '5 % of the rows changed, likewise',
        limit: 4,
        bound:
          'PostgreSQL: finding, comparing and updating 50,000 contacts, of which nearly every page of the table has one, so that each page goes into the log whole',
      },
    },
    measure: ({ rows, rounds }) => measureImport({ rows: rows ?? million, rounds: rounds ?? bestOfFive }),
  },
  {
    name: 'sftp-upload',
    rows: {
      'sftp-upload': {
        work: 'OpenSSH `sftp` upload of 1 GiB, default cipher, fsync before the reply',
        limit: 0.67,
        bound:
          'the CPU time of client and server together on two cores: ciphers, SHA-256, sockets, copies (sshd does not hash or fsync)',
      },
    },
    measure: ({ rounds }) => measureUpload({ name: 'sftp-upload', ...upload(rounds), cipher: null }),
  },
  {
    name: 'sftp-upload-aes128-gcm',
    rows: {
      'sftp-upload-aes128-gcm': {
        work: 'the same by aes128-gcm',
        limit: 0.85,
        bound: 'as above; the cipher costs least here, and the client as much as the server',
      },
    },
    measure: ({ rounds }) =>
      measureUpload({ name: 'sftp-upload-aes128-gcm', ...upload(rounds), cipher: 'aes128-gcm@openssh.com' }),
  },
  {
    name: 'sftp-crowd',
    rows: {
      'sftp-crowd': {
        work: '200 clients × 5 MiB at once, no failure',
        limit: 0.5,
        bound: 'the 200 client processes on the same two cores; on our side key exchange and fsync',
      },
    },
    measure: async ({ rounds }) => [await measureCrowd({ rounds: rounds ?? bestOfFive })],
  },
  {
    name: 'sftp-idle',
    rows: {
      'sftp-idle': {
        work: 'memory of an idle SFTP session',
        limit: 1,
        bound: 'the objects of ssh2, of the socket and of the channel in the heap of one process',
      },
    },
    measure: async () => [await measureIdleSessions()],
  },
  {
    name: 'memory',
    isLong: true,
    rows: {
      memory: {
        work: 'highest resident memory of Node, import of 10 million rows',
        limit: 1,
        bound: 'buffers of fixed size and the heaps of the threads',
      },
      'memory-growth': {
        work: 'the same against an import of 1 million rows',
        limit: 1.15,
        bound: 'buffers of fixed size; filters for keys that grow up to 16 MiB each',
      },
    },
    measure: ({ rows }) => measureMemory({ rows: rows ?? 10 * million }),
  },
  {
    name: 'latency',
    rows: {
      'latency-page': {
        work: 'sign-in page, p99, while an import runs (10 million rows with `--long`)',
        limit: 1,
        bound: 'the share of a core that PostgreSQL and the reading threads leave to the main thread',
      },
      'latency-api': {
        work: 'API call, p99, while an import runs',
        limit: 1,
        bound: 'as above, and PostgreSQL’s answer beside its own work',
      },
    },
    measure: ({ rows, long }) => measureLatency({ rows: rows ?? (long ? 10 * million : million), quietSeconds: 3 }),
  },
  {
    name: 'arrivals',
    rows: {
      'arrivals-acknowledged': {
        work: '2,000 arrivals in a minute from 200 institutions: due until acknowledged, p99',
        limit: 1,
        bound:
          'key exchange on both sides and two fsyncs and a commit per file, beside the imports of the files before',
      },
      'arrivals-reported': {
        work: 'the same: from the first arrival to the last report',
        limit: 1,
        bound: 'some twenty statements and two receipts per import, two imports at a time',
      },
    },
    measure: () => measureArrivals(nightlyArrivals),
  },
  {
    name: 'transfer',
    rows: {
      transfer: {
        work: 'deliver 1,000,000 connections to `sshd`, from the request to the committed transfer',
        limit: 1.5,
        bound:
          'PostgreSQL’s COPY in order, then encryption on one thread; ours also hashes, fsyncs, compares the size and records',
      },
      'transfer-memory': {
        work: 'the server’s highest resident memory after it',
        limit: 1.15,
        bound: 'buffers of fixed size',
      },
    },
    measure: ({ rows, rounds }) => measureTransfer({ rows: rows ?? million, rounds: rounds ?? 3 }),
  },
];

function upload(rounds: number | null) {
  return { size: gibibyte, rounds: rounds ?? bestOfFive };
}

// The settings of the embedded PostgreSQL, given on its command line at each start, so that the code is what counts.
// Invariant: nothing here trades safety for speed: fsync, full_page_writes and synchronous_commit stay on.
import { totalmem } from 'node:os';

const MB = 1024 * 1024;

/** Settings for a machine that PostgreSQL shares with everything else of Causeway. Memory follows the machine (or the container's limit). */
export function serverSettings(socketFolder: string): Record<string, string> {
  const memory = Math.min(totalmem(), process.constrainedMemory() || Number.POSITIVE_INFINITY);
  return {
    // Reachable by the socket only.
    listen_addresses: '',
    unix_socket_directories: `"${socketFolder.replaceAll('"', '""')}"`,
    unix_socket_permissions: '0700',
    port: '5432',
    password_encryption: 'scram-sha-256',

    fsync: 'on',
    full_page_writes: 'on',
    synchronous_commit: 'on',
    // On macOS a plain fsync leaves the data in the cache of the disk.
    ...(process.platform === 'darwin' ? { wal_sync_method: 'fsync_writethrough' } : {}),

    // Room for 64 SFTP processes with two links each, beside everything else.
    max_connections: '250',
    // Contacts and their indexes of a million students take 550 MB.
    shared_buffers: megabytes(between(memory / 16, 64 * MB, 1024 * MB)),
    // A large import writes its log faster than one buffer of the usual 16 MB is emptied.
    wal_buffers: megabytes(between(memory / 256, 4 * MB, 64 * MB)),
    effective_cache_size: megabytes(between(memory / 2, 256 * MB, 8192 * MB)),
    work_mem: '16MB',
    // Only sessions of imports have temporary tables: what they stage and plan of a daily file of a million rows.
    temp_buffers: megabytes(between(memory / 256, 8 * MB, 64 * MB)),
    maintenance_work_mem: megabytes(between(memory / 32, 64 * MB, 256 * MB)),
    huge_pages: 'off',
    // Parallel joins live in /dev/shm, of which a container has 64 MB; two cores gain nothing from them.
    max_parallel_workers_per_gather: '0',
    jit: 'off',
    random_page_cost: '1.1',

    max_wal_size: '2GB',
    min_wal_size: '160MB',
    checkpoint_timeout: '10min',
    // The only method that these programs have is pglz; it made copying a database take 250 ms instead of 30.
    wal_compression: 'off',
    wal_level: 'minimal',
    max_wal_senders: '0',
    max_logical_replication_workers: '0',

    // What PostgreSQL says goes to our log, and there no value of a contact may be: errors of statements reach us by the
    // driver anyway, and details name values.
    log_destination: 'stderr',
    logging_collector: 'off',
    log_min_messages: 'log',
    log_min_error_statement: 'panic',
    log_error_verbosity: 'terse',
    log_statement: 'none',
    log_line_prefix: '',
    log_checkpoints: 'off',
    lc_messages: 'C',
    timezone: 'UTC',
    log_timezone: 'UTC',
  };
}

function between(value: number, low: number, high: number): number {
  return Math.max(low, Math.min(high, value));
}

function megabytes(bytes: number): string {
  return `${Math.floor(bytes / MB)}MB`;
}

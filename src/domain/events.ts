// What people and programs are told of: the events behind mails and webhooks.
// Invariant: an event holds ids, names of our own things and counts; never a contact's value or a secret.

import type { Dataset } from './dataset.ts';
import type { Failure } from './failures.ts';
import type { DestinationId, ImportId, TransferId } from './ids.ts';

type OfDestination = { destinationId: DestinationId; destinationName: string; dataset: Dataset };

export type NotifyEvent =
  /** `actor`: who did it. `changed`: names of settings, such as `host`; empty when none changed. */
  | (OfDestination & {
      kind: 'destination.created' | 'destination.changed' | 'destination.deleted';
      actor: string;
      changed: readonly string[];
    })
  /** The server showed a key that nobody has confirmed. `goesOn`: checking is off, so files are still sent. */
  | (OfDestination & { kind: 'destination.host-key-changed'; sha256: string; goesOn: boolean })
  | (OfDestination & {
      kind: 'transfer.succeeded';
      transferId: TransferId;
      rows: number;
      fileName: string | null;
      sha256: string | null;
    })
  /** `scheduled`: it was a scheduled run (or a retry of one), so administrators get a mail. `retryAt`: when it is tried again. */
  | (OfDestination & {
      kind: 'transfer.failed';
      transferId: TransferId;
      failure: Failure;
      scheduled: boolean;
      retryAt: Date | null;
    })
  /** The majors entitlement was switched on: delivered files hold majors from now on. */
  | { kind: 'majors.entitled'; actor: string }
  | {
      kind: 'import.finished' | 'import.held';
      importId: ImportId;
      fileName: string;
      status: string;
      reason: string | null;
    };

// A destination: where an institution wants the files of a dataset delivered.
// Invariant: at most one live destination per institution and dataset; a draft never sends.

import type { Dataset } from './dataset.ts';
import type { FileOptions } from './file-options.ts';
import type { DestinationId, InstitutionId } from './ids.ts';

export type DestinationStatus = 'draft' | 'on' | 'off';

/** As it is kept, without its secrets. `at` is HH:MM and `since` YYYY-MM-DD, both in the institution's zone. */
export type DestinationRecord = {
  institutionId: InstitutionId;
  id: DestinationId;
  dataset: Dataset;
  name: string;
  status: DestinationStatus;
  host: string;
  port: number;
  /** The folder on the server, as it was entered. */
  path: string;
  username: string;
  auth: 'password' | 'key';
  checkFingerprint: boolean;
  frequency: string;
  at: string;
  since: string | null;
  file: FileOptions;
  nextRunAt: Date | null;
  mismatchSince: Date | null;
  revision: number;
  createdAt: Date;
  updatedAt: Date;
  deletedAt: Date | null;
};

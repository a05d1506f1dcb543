// Shows the stages of a transfer to those who watch it, as they end.
// Invariant: a stage that could not be shown does not stop the transfer; all of them are written again when it ends.

import type { Deps } from '../deps.ts';
import type { Stage } from '../domain/remote.ts';
import type { TransferRecord } from '../domain/transfer.ts';
import { showStages } from '../store/transfer-runs.ts';

export type Progress = {
  readonly stages: readonly Stage[];
  onStage(stage: Stage): void;
  /** Resolves when nothing is being written any more. */
  settled(): Promise<void>;
};

export function showProgress(
  { db, log }: Pick<Deps, 'db' | 'log'>,
  { institutionId, id }: Pick<TransferRecord, 'institutionId' | 'id'>,
): Progress {
  const stages: Stage[] = [];
  let shown = 0;
  let writing: Promise<void> | null = null;
  const write = async () => {
    try {
      while (shown < stages.length) {
        shown = stages.length;
        await showStages(db, institutionId, id, stages);
      }
    } catch (error) {
      log.warn({ err: error, transferId: id }, 'the stages of a transfer could not be shown');
    }
    writing = null;
  };
  return {
    stages,
    onStage(stage) {
      stages.push(stage);
      writing ??= write();
    },
    async settled() {
      await writing;
    },
  };
}

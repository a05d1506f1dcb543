// The tests that run in this process, also those for which nobody waits.
// Invariant: after `close` none runs any more, and none begins.

import type { Actor } from '../domain/actor.ts';
import type { DestinationId, ProbeId } from '../domain/ids.ts';
import type { InstitutionRecord } from '../store/institutions.ts';
import { type ProbeDeps, runProbe, startProbe } from './probe-destination.ts';

export type Probes = {
  /** Begins a test. `ended` resolves when its row says how it ended. Throws as `startProbe`. */
  start(
    actor: Actor,
    institution: InstitutionRecord,
    destinationId: DestinationId,
    options: { enable: boolean },
  ): Promise<{ id: ProbeId; ended: Promise<void> }>;
  /** Breaks off what runs, and waits until that is written. May be called twice. */
  close(): Promise<void>;
};

export function openProbes(deps: ProbeDeps): Probes {
  const stop = new AbortController();
  const running = new Set<Promise<void>>();
  return {
    async start(actor, institution, destinationId, { enable }) {
      const started = await startProbe(deps, actor, institution.id, destinationId);
      const ended = runProbe(deps, actor, institution, started, { enable, stop: stop.signal });
      running.add(ended);
      const forget = () => void running.delete(ended);
      ended.then(forget, (error: unknown) => {
        forget();
        deps.log.error({ err: error, probeId: started.id }, 'the end of a test was not written');
      });
      return { id: started.id, ended };
    },
    async close() {
      stop.abort();
      await Promise.allSettled(running);
    },
  };
}

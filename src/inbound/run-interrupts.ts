// How a run ends early without anything being wrong: another worker has its import, or the process stops.
// Invariant: nothing was written when one of these is thrown, and who catches it writes no result.

/** The lease was over and somebody else took the import. Everything of this attempt is rolled back. */
export class LostClaim extends Error {
  constructor() {
    super('the import is worked on by another attempt');
    this.name = 'LostClaim';
  }
}

/** The worker stops: the import goes back into the queue. */
export class RunStopped extends Error {
  constructor() {
    super('the run was stopped before anything was written');
    this.name = 'RunStopped';
  }
}

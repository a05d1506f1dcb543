// Which process serves a new link.
// Invariant: a process is never chosen that is clearly busier than the least busy one.

/** `links`: open ones; `ofNetwork`: those of them that come from the network of the new link. */
export type ProcessLoad = { links: number; ofNetwork: number };

/**
 * So many more links than the least busy one make a process clearly busier. A client's parallel links (FileZilla opens up to
 * ten) stay together, so that they see each other's open files; a crowd is spread.
 */
export const clearlyMore = 10;

/** The one that serves this network already, or the least busy one. Undefined when there is none. */
export function chooseProcess<Process extends ProcessLoad>(processes: readonly Process[]): Process | undefined {
  const least = leastBusy(processes);
  const home = leastBusy(processes.filter((process) => process.ofNetwork > 0));
  if (home === undefined || least === undefined) return least;
  return home.links < least.links + clearlyMore ? home : least;
}

function leastBusy<Process extends ProcessLoad>(processes: readonly Process[]): Process | undefined {
  let least: Process | undefined;
  for (const process of processes) if (least === undefined || process.links < least.links) least = process;
  return least;
}

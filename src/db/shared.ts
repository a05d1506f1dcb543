// The way to a database that another process of this installation has opened, checked and migrated.
// Invariant: the links carry the name that they were opened with, so that they can be ended by it.

import type { Database, OpenOptions } from './connection.ts';
import type { DatabaseLink } from './links.ts';
import { openPool } from './pool.ts';

/** `name` is shown by the server as `application_name`. Connects when first used; closing it leaves the server running. */
export function openShared(link: DatabaseLink, name: string, options: OpenOptions): Database {
  if (!('connectionString' in link)) return openPool({ ...link, application_name: name }, options);
  // What stands in the address counts more than what stands beside it.
  const url = new URL(link.connectionString);
  url.searchParams.set('application_name', name);
  return openPool({ connectionString: url.href }, options);
}

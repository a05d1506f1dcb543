// Who does something: a person who signed in, an API token, or Causeway itself.
// Invariant: an operator (and the system) belongs to no institution, everyone else to exactly one.

import type { InstitutionId } from './ids.ts';

export type Role = 'operator' | 'admin' | 'viewer';

/** `name` is what histories show: the person's name, the token's name, or "Causeway". */
export type Actor = {
  kind: 'user' | 'token' | 'system';
  id: string | null;
  name: string;
  role: Role;
  institutionId: InstitutionId | null;
};

/** What Causeway does by itself, such as taking a feed's file from SFTP. */
export const systemActor: Actor = { kind: 'system', id: null, name: 'Causeway', role: 'operator', institutionId: null };

/** May this actor see anything of that institution? */
export function belongsTo(actor: Actor, institutionId: InstitutionId): boolean {
  return actor.role === 'operator' || actor.institutionId === institutionId;
}

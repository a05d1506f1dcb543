// Roles in words.

import type { Role } from '@api/accounts.ts';

export const roleWords: Record<Role, string> = { operator: 'Operator', admin: 'Administrator', viewer: 'Viewer' };

export const roleLines: Record<Role, string> = {
  operator: 'Everything, in every institution. Reading of contacts is noted in the audit log.',
  admin: 'Everything in one institution.',
  viewer: 'Reads and downloads in one institution. Sees no password and changes nothing.',
};

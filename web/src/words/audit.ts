// What an audit event says, in words. Codes that are not known here are shown as they are.

const actions: Record<string, string> = {
  'contact.changed': 'Changed a contact by hand',
  'contacts.read': 'Looked at contacts',
  'feed.created': 'Created a feed',
  'feed.disabled': 'Switched the feed off',
  'feed.enabled': 'Switched the feed on',
  'feed.key-added': 'Added a public key',
  'feed.key-removed': 'Deleted a public key',
  'feed.mapping-saved': 'Saved the mapping',
  'feed.password-renewed': 'Made new credentials',
  'feed.password-revealed': 'Looked at the SFTP password',
  'feed.updated': 'Changed the rules of the feed',
  'field.created': 'Created a field',
  'import.again': 'Imported a file again',
  'import.approved': 'Approved a held import',
  'import.discarded': 'Discarded a held import',
  'import.uploaded': 'Uploaded a file',
  'installation.set-up': 'Set this installation up',
  'institution.created': 'Created an institution',
  'institution.updated': 'Changed the institution',
  'session.started': 'Signed in',
  'token.created': 'Created an API token',
  'token.revoked': 'Ended an API token',
  'user.created': 'Created a user',
  'user.password-changed': 'Changed a password',
  'user.updated': 'Changed a user',
};

export function actionWords(action: string): string {
  return actions[action] ?? action;
}

/** The facts of an event as `name: value` texts; nested ones are told in a row. */
export function factWords(value: unknown): string {
  if (value === null || value === undefined || value === '') return 'none';
  if (typeof value === 'boolean') return value ? 'yes' : 'no';
  if (Array.isArray(value)) return value.length === 0 ? 'none' : value.map(factWords).join(', ');
  if (typeof value === 'object') {
    const entries = Object.entries(value);
    return entries.length === 0 ? 'none' : entries.map(([name, one]) => `${name} → ${factWords(one)}`).join(', ');
  }
  return String(value);
}

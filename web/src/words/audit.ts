// What an audit event says, in words. Codes that are not known here are shown as they are.

const actions: Record<string, string> = {
  'connections.loaded': 'Loaded connections',
  'contact.changed': 'Changed a contact by hand',
  'contacts.read': 'Looked at contacts',
  'connections.exported': 'Exported connections and marked the day',
  'destination.created': 'Set a destination up',
  'destination.deleted': 'Deleted a destination',
  'destination.disabled': 'Switched a destination off',
  'destination.enabled': 'Switched a destination on',
  'destination.host-key-changed': 'A server showed a fingerprint that nobody has confirmed',
  'destination.host-key-confirmed': 'Confirmed a fingerprint',
  'destination.host-key-forgotten': 'Took the confirmation of a fingerprint back',
  'destination.key-changed-over': 'The new key pair of a destination worked and took over',
  'destination.key-regenerated': 'Made a new key pair for a destination',
  'destination.next-run-corrected': 'Brought a next run back to its time after the clock was put back',
  'destination.tested': 'Tested a destination',
  'destination.updated': 'Changed a destination',
  'digest.updated': 'Changed the weekly digest',
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
  'outbound-settings.updated': 'Changed majors or the day of the last export',
  'session.started': 'Signed in',
  'token.created': 'Created an API token',
  'token.revoked': 'Ended an API token',
  'transfer.requested': 'Started a transfer',
  'transfer.resend-requested': 'Sent a file again',
  'user.created': 'Created a user',
  'user.password-changed': 'Changed a password',
  'user.updated': 'Changed a user',
  'webhook.created': 'Added a webhook',
  'webhook.deleted': 'Deleted a webhook',
  'webhook.switched-off': 'Switched a webhook off',
  'webhook.updated': 'Changed a webhook',
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

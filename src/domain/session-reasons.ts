// Why an SFTP login was refused or a session ended, as codes and as the words that the institution's administrator reads.
// Invariant: the words never hold a secret; a client on the wire is told none of this.

/** Reasons that our own check of a login gives; the edge adds its own, which are in the table below as well. */
export type LoginRefusal =
  | 'unknown-user'
  | 'wrong-password'
  | 'password-not-accepted'
  | 'key-not-installed'
  | 'key-not-accepted'
  | 'address-not-allowed';

/** What the words need of one row of the session log. */
export type SessionWords = {
  outcome: 'open' | 'closed' | 'refused' | 'dropped';
  reason: string | null;
  username: string;
  address: string;
  client: string;
  filesReceived: number;
};

const notOurs = 'If this was not your system, nothing needs to be done: nobody got in.';

const refused: Record<string, (session: SessionWords) => string> = {
  'unknown-user': ({ username }) =>
    `There is no login with the user name ${username || '(empty)'}. Compare it with the user name on the settings page: it is case-sensitive.`,
  'wrong-password': () =>
    `The password was wrong. Copy it anew from the settings page into the sending system; it may have been renewed. ${notOurs}`,
  'password-not-accepted': () =>
    'A password was sent, but this feed accepts public keys only. Set the sending system to use its key, or change the accepted login methods of the feed.',
  'key-not-installed': () =>
    'This key is not installed: the sending system offered a public key that the feed does not have. Add that key on the settings page, or use the password.',
  'key-not-accepted': () =>
    'A public key was sent, but this feed accepts passwords only. Set the sending system to use the password, or change the accepted login methods of the feed.',
  'address-not-allowed': ({ address }) =>
    `The address ${address} is not on the feed's list of accepted addresses. Add it there if your system sends from it.`,
  'login-timeout': () =>
    'The sending system connected but did not log in within the time allowed. Check that it has a password or a key to log in with.',
  'too-many-attempts': () =>
    'Too many logins failed in one session, and it was closed. Correct the credentials in the sending system.',
  'locked-out': ({ address }) =>
    `Too many logins failed from ${address}, so further ones from there are refused for a while. Correct the credentials in the sending system, then wait some minutes.`,
  'bad-signature': () =>
    'The key is installed, but the sending system could not prove that it has the private half. Check that it uses the right private key.',
  'sha1-signature': () =>
    'The sending system signs with SHA-1 (ssh-rsa), which is no longer safe. Update its SSH software, or give it an Ed25519 or ECDSA key.',
  'unusable-key': () =>
    'The sending system offered a key of a kind that is not accepted. Use Ed25519, ECDSA or RSA from 2048 bits.',
  'unusable-user-name': () =>
    'The sending system sent a user name with characters that no user name has. Copy the user name anew from the settings page.',
  'unusable-password': () =>
    'The sending system sent something that cannot be a password. Copy the password anew from the settings page.',
  'no-login': () =>
    'The sending system connected and left without completing a login. Check that it has a password or a key, and that it accepted our host key.',
  'handshake-failed': ({ client }) =>
    `No secure session could be agreed with the sending system${client ? ` (${client})` : ''}: it knows none of the methods in use here. Update its SSH software.`,
  'server-closing': () => 'Causeway was being stopped at that moment. The sending system can try again.',
  'internal-error': () =>
    'Causeway failed while it checked the login; the operator finds the cause in the log. The sending system can try again.',
};

const dropped: Record<string, string> = {
  'link-lost':
    'The link broke off without a good-bye. Files that were not complete are kept, to be resumed, and are not imported.',
  'client-silent':
    'The sending system stopped answering, so the session was ended. Files that were not complete are not imported.',
  idle: 'Nothing happened for a long time, so the session was ended.',
  'upload-open':
    'The sending system left while a file was still open for writing. That file is kept, to be resumed, and is not imported: send it again.',
  'ended-by-server':
    'The session was ended from here, because the credentials were renewed or an administrator asked for it.',
  'server-closing':
    'Causeway was being stopped at that moment. Files that were not complete are not imported: send them again.',
  'protocol-error':
    'The sending system sent something that is not valid SFTP, so the session was ended. Try again, or update its software.',
  'server-stopped':
    'Causeway stopped without warning during this session (power, crash). Files that were not acknowledged are not imported: send them again.',
};

/** One row of the session log in words: what happened and, where something went wrong, what to do now. */
export function describeSession(session: SessionWords): string {
  const { outcome, reason } = session;
  if (outcome === 'refused') {
    const words = refused[reason ?? ''];
    return words ? words(session) : `The login was refused (${reason ?? 'no reason was recorded'}).`;
  }
  if (outcome === 'open') return 'The session is open.';
  if (outcome === 'dropped')
    return dropped[reason ?? ''] ?? `The session broke off (${reason ?? 'no reason was recorded'}).`;
  if (session.filesReceived === 0) return 'Logged in and left without sending a file.';
  return `Logged in and sent ${session.filesReceived} ${session.filesReceived === 1 ? 'file' : 'files'}.`;
}

/** Every reason that has words, for the guides and for tests. */
export const sessionReasons = { refused: Object.keys(refused), dropped: Object.keys(dropped) } as const;

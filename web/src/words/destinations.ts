// Destinations in words: what is sent, where a window starts, which step remedies a failure, what an IT department prepares.
// Invariant: the API's own `state`, `message` and `schedule` win over words made here.

import type { DestinationHostKey, DestinationView, FailureView } from '@api/destinations.ts';
import type { Tone } from './states.ts';

export type DatasetName = DestinationView['dataset'];

export const datasetWords: Record<DatasetName, string> = { connections: 'Connections', contacts: 'Contacts' };

export const datasetLines: Record<DatasetName, string> = {
  connections: 'Students who connected with you: each new one once, and again when it changes.',
  contacts: 'Your contacts in Causeway: those that were created or changed since the last file.',
};

export const datasetChoices = (['connections', 'contacts'] as const).map((value) => ({
  value,
  label: datasetWords[value],
}));

const tones: Record<string, Tone> = { On: 'good', Off: 'quiet', 'Needs you': 'attention' };

export function destinationTone(state: string): Tone {
  return tones[state] ?? 'quiet';
}

/** `files.example.edu:22, folder /incoming`. */
export function placeWords({ host, port }: Pick<DestinationView, 'host' | 'port'>): string {
  return `${host.includes(':') ? `[${host}]` : host}:${port}`;
}

export const loginWords: Record<DestinationView['auth'], string> = { password: 'Password', key: 'Key pair' };

/** Where the next window starts, as a sentence. `day` writes a calendar day. */
export function startsFromWords(from: DestinationView['startsFrom'], day: (iso: string) => string): string {
  const at = from.at === null ? '' : day(from.at);
  switch (from.kind) {
    case 'watermark':
      return at === '' ? 'Where the last delivered one ended' : `Where the last delivered one ended (${at})`;
    case 'since':
      return `On ${at}, the date that was set here`;
    case 'last-exported':
      return `On ${at}, the date of “connections last exported”`;
    case 'beginning':
      return 'At the beginning: it holds everything';
  }
}

export const hostKeyWords: Record<DestinationHostKey['state'], { word: string; tone: Tone }> = {
  confirmed: { word: 'Confirmed', tone: 'good' },
  offered: { word: 'Announced', tone: 'attention' },
  detected: { word: 'Not confirmed', tone: 'attention' },
};

export const hostKeyLines: Record<DestinationView['hostKeyState'], string> = {
  off: 'Fingerprint checking is off: files are sent whichever key the server shows. A change is recorded and mailed.',
  unverified: 'Nobody has confirmed a fingerprint yet. Until then neither the login nor a file is sent.',
  verified: 'Files are sent only to a server that shows a confirmed key.',
  mismatch: 'The server shows a key that nobody has confirmed. Nothing is sent until somebody has looked at it.',
};

export const keyStateWords: Record<DestinationView['keys'][number]['state'], { word: string; tone: Tone }> = {
  current: { word: 'In use', tone: 'good' },
  next: { word: 'Next, not yet used', tone: 'attention' },
  retired: { word: 'Retired', tone: 'quiet' },
};

/** The one click from a failure to its remedy. */
export type Remedy = 'fingerprint' | 'login' | 'server' | 'test';

const remedies: Record<string, Remedy> = {
  'authentication-failed': 'login',
  'port-refused': 'server',
  'host-unreachable': 'server',
  'host-key-unverified': 'fingerprint',
  'host-key-changed': 'fingerprint',
  'address-not-allowed': 'server',
};

export function remedyOf(failure: Pick<FailureView, 'code'>): Remedy {
  return remedies[failure.code] ?? 'test';
}

/** What a destination waits for that has no failure to tell it. */
export function remedyOfState({
  hasSecret,
  hostKeyState,
  hostKeys,
}: Pick<DestinationView, 'hasSecret' | 'hostKeyState' | 'hostKeys'>): Remedy {
  if (!hasSecret) return 'login';
  const seen = hostKeys.some((key) => !key.confirmed);
  return hostKeyState === 'mismatch' || (hostKeyState === 'unverified' && seen) ? 'fingerprint' : 'test';
}

export const remedyWords: Record<Remedy, string> = {
  fingerprint: 'Compare the fingerprint',
  login: 'Change the login',
  server: 'Change the server',
  test: 'Test and Save',
};

/** Would the server be another one with these values? Then the fingerprints are dropped and the password is asked for again. */
export function isOtherServer(
  destination: Pick<DestinationView, 'host' | 'port' | 'username'>,
  values: { host: string; port: number; username: string },
): boolean {
  return (
    destination.host !== values.host.trim() ||
    destination.port !== values.port ||
    destination.username !== values.username
  );
}

/** What the IT department prepares and sends back; each a line of the page and of the text to copy. */
export const preparations: { title: string; text: string }[] = [
  {
    title: 'An account on your SFTP server',
    text: 'With a folder in which it may write, rename and delete. It needs nothing else.',
  },
  {
    title: 'A way in for it',
    text: 'A password, or room for a public key: Causeway makes the pair, and its private half never leaves here.',
  },
  {
    title: 'Our addresses on the allow-list',
    text: 'If your server accepts only certain addresses.',
  },
  {
    title: 'The fingerprint of the server’s key',
    text: 'Read on the server itself: ssh-keygen -lf /etc/ssh/ssh_host_ed25519_key.pub',
  },
];

/** The list above as text for a mail or a ticket. */
export function preparationText(institution: string, egressAddresses: readonly string[]): string {
  return [
    `Causeway is to deliver files of ${institution} to an SFTP server that we run.`,
    'Please prepare:',
    '',
    ...preparations.map(({ title, text }, index) => `${index + 1}. ${title}. ${text}`),
    '',
    `Our side connects from: ${egressAddresses.length === 0 ? '(ask the operator of Causeway)' : egressAddresses.join(', ')}`,
    'Protocol: SFTP, the file transfer of SSH (not FTP, not FTPS)',
    '',
    'Please send back: host name, port, user name, folder, and the line that the command in point 4 prints.',
    'Send a password by a safe way, not by this mail.',
  ].join('\n');
}

/** What to do with the public half of a key pair, as text for the IT department. */
export function publicKeyText(
  destination: Pick<DestinationView, 'host' | 'port' | 'username' | 'egressAddresses'>,
  publicKey: string,
): string {
  return [
    `Please let Causeway log in to ${destination.host} (port ${destination.port}) as ${destination.username}.`,
    'Add this line to the file .ssh/authorized_keys of that user (or paste it where your server keeps public keys):',
    '',
    publicKey.trim(),
    '',
    `Our side connects from: ${destination.egressAddresses.join(', ') || '(ask the operator of Causeway)'}`,
    'This is the public half of a key pair. It is not secret.',
  ].join('\n');
}

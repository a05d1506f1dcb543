// Is what somebody sent the fingerprint that the server shows? Whatever form it was sent in: a bare fingerprint, a line of
// `ssh-keygen -l`, groups with spaces, hex, MD5.
// Invariant: “same” needs the whole fingerprint; a part of it is never enough.

export type Fingerprints = { type: string; sha256: string; md5: string };

export type Comparison<Key> =
  /** Nothing to compare yet. */
  | { kind: 'empty' }
  | { kind: 'same'; by: 'sha256' | 'md5'; key: Key }
  /** A fingerprint, but of none of these keys. */
  | { kind: 'different' }
  /** `private-key`: must never be sent or pasted. `public-key`: a whole key. `part`: too short. `none`: nothing like it. */
  | { kind: 'unreadable'; as: 'private-key' | 'public-key' | 'part' | 'none' };

export function compareFingerprint<Key extends Fingerprints>(sent: string, keys: readonly Key[]): Comparison<Key> {
  const text = sent.trim();
  if (text === '') return { kind: 'empty' };
  if (/PRIVATE KEY|PuTTY-User-Key-File/.test(text)) return { kind: 'unreadable', as: 'private-key' };
  if (/AAAA[A-Za-z0-9+/]{24}/.test(text) || /PUBLIC KEY/.test(text)) return { kind: 'unreadable', as: 'public-key' };
  const close = text.replace(/\s+/g, '');
  const hex = hexDigits(text);
  for (const key of keys) {
    const whole = bare(key.sha256);
    if (close.includes(whole) || hex.includes(hexOf(whole))) return { kind: 'same', by: 'sha256', key };
  }
  for (const key of keys) if (hex.includes(hexDigits(bare(key.md5)))) return { kind: 'same', by: 'md5', key };
  if (isFingerprint(text)) return { kind: 'different' };
  return { kind: 'unreadable', as: /SHA256|MD5/i.test(text) || isPart(close, keys) ? 'part' : 'none' };
}

/** Without the name of the hash and without padding. */
function bare(fingerprint: string): string {
  return fingerprint.replace(/^(SHA256|MD5):/, '').replace(/=+$/, '');
}

/** The hex digits of texts such as `MD5:97:ae:…` or `97 AE …`; what a colon or a space parts is brought together. */
function hexDigits(text: string): string {
  return text
    .replace(/\b(MD5|SHA256)\b:?/gi, ' ')
    .replace(/[\s:-]+/g, '')
    .toLowerCase();
}

function hexOf(base64: string): string {
  const bytes = atob(base64);
  return Array.from(bytes, (byte) => byte.charCodeAt(0).toString(16).padStart(2, '0')).join('');
}

/** 43 characters of base64, 32 bytes or 16 bytes in hex; possibly in groups. */
function isFingerprint(text: string): boolean {
  const close = text.replace(/\s+/g, '');
  return (
    /SHA256:[A-Za-z0-9+/]{43}/.test(close) ||
    /(^|\s)[A-Za-z0-9+/]{43}=?(\s|$)/.test(text) ||
    /^[A-Za-z0-9+/]{43}=?$/.test(close) ||
    /(^|[\s:])(?:[0-9a-f]{2}[:\s-]?){15}[0-9a-f]{2}(\s|$)/i.test(text) ||
    /^(?:[0-9a-f]{64}|[0-9a-f]{32})$/.test(hexDigits(text))
  );
}

/** The beginning or the end of one of the fingerprints: somebody copied too little. */
function isPart(close: string, keys: readonly Fingerprints[]): boolean {
  return close.length >= 4 && keys.some((key) => key.sha256.includes(close) || key.md5.includes(close.toLowerCase()));
}

/** The file on the server that holds the public half of a host key, as OpenSSH names it. */
function hostKeyFile(type: string): string {
  const name =
    type === 'ssh-ed25519' ? 'ed25519' : type.startsWith('ecdsa-') ? 'ecdsa' : type === 'ssh-dss' ? 'dsa' : 'rsa';
  return `/etc/ssh/ssh_host_${name}_key.pub`;
}

/** The command that shows the fingerprint on the server itself. */
export function fingerprintCommand(type: string): string {
  return `ssh-keygen -lf ${hostKeyFile(type)}`;
}

/** What to ask the IT department, as text for a mail. It does not hold the fingerprint: they are to read it, not to nod. */
export function fingerprintQuestion(server: { host: string; port: number }, types: readonly string[]): string {
  return [
    `Causeway is to send files to our SFTP server ${server.host} (port ${server.port}).`,
    'Before it logs in, we must know that it is really our server. Please run this on the server itself:',
    '',
    ...types.map((type) => `    ${fingerprintCommand(type)}`),
    '',
    'and send me the whole line that it prints. It begins with a number and SHA256:…, and is not secret.',
  ].join('\n');
}

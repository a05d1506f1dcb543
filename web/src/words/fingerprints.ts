// Fingerprints and keys as people compare them.

/** `SHA256:abcd…` in groups of four, for comparing by eye: `SHA256: abcd efgh …`. Spaces only; nothing else changes. */
export function grouped(fingerprint: string): string {
  const [name, rest] = split(fingerprint);
  const groups = name === 'MD5' ? rest : (rest.match(/.{1,4}/g) ?? []).join(' ');
  return name === '' ? groups : `${name}: ${groups}`;
}

function split(fingerprint: string): [string, string] {
  const cut = fingerprint.indexOf(':');
  const name = cut > 0 ? fingerprint.slice(0, cut) : '';
  return name === 'SHA256' || name === 'MD5' ? [name, fingerprint.slice(cut + 1)] : ['', fingerprint];
}

const keyTypes: Record<string, string> = {
  'ssh-ed25519': 'Ed25519',
  'ecdsa-sha2-nistp256': 'ECDSA P-256',
  'ecdsa-sha2-nistp384': 'ECDSA P-384',
  'ecdsa-sha2-nistp521': 'ECDSA P-521',
  'ssh-rsa': 'RSA',
};

export function keyTypeWords(type: string): string {
  return keyTypes[type] ?? type;
}

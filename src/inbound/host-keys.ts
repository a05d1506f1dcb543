// The SSH host keys of this installation: made once, sealed in the database, the same on every node.
// Invariant: a key never changes by itself: the systems that send to us have it pinned.

import { generateKeyPair, type KeyObject } from 'node:crypto';
import { promisify } from 'node:util';
import type { Deps } from '../deps.ts';
import { encodeOpenSshPrivateKey } from '../domain/openssh-private-keys.ts';
import { parsePublicKey } from '../domain/public-keys.ts';
import { type HostKeyRecord, type HostKeyType, hostKeyTypes, insertHostKey, listHostKeys } from '../store/host-keys.ts';

/** `privateKey` is OpenSSH's private key block: a secret, for the SSH server only. `publicKey` is one line without a comment. */
export type HostKey = { type: HostKeyType; privateKey: string; publicKey: string; sha256: string; md5: string };

/**
 * The host keys, in the order in which they are offered. Missing ones are made first. Throws when a key cannot be unsealed:
 * then the master key is another one, and the server must not start with new keys.
 */
export async function loadHostKeys(deps: Pick<Deps, 'db' | 'sealer' | 'clock' | 'log'>): Promise<HostKey[]> {
  const known = await listHostKeys(deps.db);
  for (const type of hostKeyTypes) if (!known.some((key) => key.type === type)) await makeHostKey(deps, type);
  return (await listHostKeys(deps.db)).map((record) => opened(deps, record));
}

async function makeHostKey(deps: Pick<Deps, 'db' | 'sealer' | 'clock' | 'log'>, type: HostKeyType): Promise<void> {
  const pair = await newPair(type);
  const { text, blob } = encodeOpenSshPrivateKey(pair.privateKey, pair.publicKey, 'causeway');
  await insertHostKey(deps.db, {
    type,
    privateKeySealed: deps.sealer.seal(text, sealContext(type)),
    publicKey: `${type} ${blob.toString('base64')}`,
    createdAt: deps.clock.now(),
  });
  deps.log.info({ type }, 'made an SSH host key');
}

function opened({ sealer }: Pick<Deps, 'sealer'>, record: HostKeyRecord): HostKey {
  const { type, publicKey } = record;
  const { sha256, md5 } = parsePublicKey(publicKey);
  return { type, publicKey, sha256, md5, privateKey: sealer.open(record.privateKeySealed, sealContext(type)) };
}

function newPair(type: HostKeyType): Promise<{ publicKey: KeyObject; privateKey: KeyObject }> {
  const generate = promisify(generateKeyPair);
  if (type === 'ssh-ed25519') return generate('ed25519');
  if (type === 'ecdsa-sha2-nistp256') return generate('ec', { namedCurve: 'P-256' });
  return generate('rsa', { modulusLength: 3072 });
}

function sealContext(type: HostKeyType): string {
  return `host-key:${type}`;
}

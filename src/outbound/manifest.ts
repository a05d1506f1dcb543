// The signed manifest and the marker that can follow a file: what it is, and the proof that it came from here.
// Invariant: the same facts and key give the same bytes (Ed25519 is deterministic), and the signature covers every other member.

import { createHash, createPrivateKey, createPublicKey, generateKeyPair, type KeyObject, sign } from 'node:crypto';
import { promisify } from 'node:util';
import type { Deps } from '../deps.ts';
import type { Dataset } from '../domain/dataset.ts';
import type { InstitutionId } from '../domain/ids.ts';
import { getManifestKeyRecord, insertManifestKey } from '../store/manifest-keys.ts';

export type ManifestKey = {
  /** SPKI in PEM, for receivers. */
  publicKey: string;
  /** `SHA256:…` of the SPKI bytes, base64 without padding as OpenSSH writes fingerprints. */
  fingerprint: string;
  privateKey: KeyObject;
};

/** `sha256` in hex, of the file as it was sent; `institution` is the slug. */
export type ManifestFacts = {
  fileName: string;
  sha256: string;
  bytes: number;
  rows: number;
  dataset: Dataset;
  institution: string;
  window: { from: number; to: number; number: number };
  cutAt: Date;
};

export function manifestName(fileName: string): string {
  return `${fileName}.manifest.json`;
}

export function doneName(fileName: string): string {
  return `${fileName}.done`;
}

/** A line as `sha256sum` writes it, so that `sha256sum -c NAME.done` checks the file. */
export function doneText(sha256: string, fileName: string): string {
  return `${sha256}  ${fileName}\n`;
}

/**
 * The manifest: JSON with its members in the order of their names, indented. The signature is Ed25519 (RFC 8032), in base64,
 * over the same JSON without the member `signature`, with nothing between its tokens: what `jq -cjS 'del(.signature)'` gives.
 */
export function manifestText(facts: ManifestFacts, key: Pick<ManifestKey, 'privateKey'>): string {
  const signed = {
    bytes: facts.bytes,
    cutAt: facts.cutAt.toISOString(),
    dataset: facts.dataset,
    fileName: facts.fileName,
    institution: facts.institution,
    rows: facts.rows,
    sha256: facts.sha256,
    window: { from: String(facts.window.from), number: facts.window.number, to: String(facts.window.to) },
  };
  const signature = sign(null, Buffer.from(JSON.stringify(signed)), key.privateKey).toString('base64');
  const { sha256, window, ...before } = signed;
  return `${JSON.stringify({ ...before, sha256, signature, window }, null, 2)}\n`;
}

/** The key of the institution; made the first time. Throws when it cannot be unsealed: then the master key is another one. */
export async function manifestKey(
  deps: Pick<Deps, 'db' | 'sealer' | 'clock'>,
  institutionId: InstitutionId,
): Promise<ManifestKey> {
  const context = `manifest-key:${institutionId}`;
  if (!(await getManifestKeyRecord(deps.db, institutionId))) {
    const pair = await promisify(generateKeyPair)('ed25519');
    const privateText = pair.privateKey.export({ type: 'pkcs8', format: 'pem' }).toString();
    await insertManifestKey(deps.db, institutionId, {
      publicKey: pair.publicKey.export({ type: 'spki', format: 'pem' }).toString(),
      privateKeySealed: deps.sealer.seal(privateText, context),
      createdAt: deps.clock.now(),
    });
  }
  const record = await getManifestKeyRecord(deps.db, institutionId);
  if (!record) throw new Error('the manifest key is missing');
  const spki = createPublicKey(record.publicKey).export({ type: 'spki', format: 'der' });
  return {
    publicKey: record.publicKey,
    fingerprint: `SHA256:${createHash('sha256').update(spki).digest('base64').replace(/=+$/, '')}`,
    privateKey: createPrivateKey(deps.sealer.open(record.privateKeySealed, context)),
  };
}

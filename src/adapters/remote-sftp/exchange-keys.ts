// The key exchange by ssh2's client: from the two version lines to a link that is encrypted, with a proven host key.
// Invariant: ssh2 is never given a secret here; it asks for one through `logins`, which waits until somebody has one to give.

import ssh2, { type AnyAuthMethod, type Client, type NextAuthHandler } from 'ssh2';
import { checkBlob, md5Fingerprint, sha256Fingerprint } from '../../domain/public-key-blobs.ts';
import type { HostKeySeen } from '../../domain/remote.ts';
import { acceptedAlgorithms, hostKeyAlgorithms } from './algorithms.ts';
import { ourSoftware, withoutFirstLine } from './identification.ts';
import type { RemoteLimits } from './limits.ts';
import { boundedText, type Link, type LinkEnd } from './link.ts';
import { type Proposal, watchProposal } from './proposal.ts';

/** ssh2 wants the next way to log in. `methods` are those that the server offers; null before it was asked. */
export type LoginAsk = { methods: readonly string[] | null; partial: boolean; next: (method: AnyAuthMethod) => void };

export type SecureLink = {
  readonly link: Link;
  readonly client: Client;
  /** Proven by its signature over this key exchange. */
  readonly hostKey: HostKeySeen;
  /** Such as `curve25519-sha256, aes128-gcm@openssh.com`. */
  readonly algorithms: string;
  /** The types of host keys that the server says it has. */
  readonly proposal: Proposal | null;
  readonly logins: LoginAsks;
  /** Host keys that the server proved to have, when it has. */
  readonly provenKeys: { keys: HostKeySeen[] | null; told: (() => void) | null };
};

/** Questions for a login that wait for somebody to answer them. */
export class LoginAsks {
  #waiting: LoginAsk | null = null;
  #answer: ((ask: LoginAsk) => void) | null = null;

  ask(ask: LoginAsk): void {
    if (this.#answer === null) this.#waiting = ask;
    else this.#answer(ask);
  }

  answerWith(answer: (ask: LoginAsk) => void): void {
    this.#answer = answer;
    const waiting = this.#waiting;
    this.#waiting = null;
    if (waiting !== null) answer(waiting);
  }
}

/** `types` are the only types of host keys to negotiate, or null for all. */
export function exchangeKeys(link: Link, types: readonly string[] | null, limits: RemoteLimits): Promise<SecureLink> {
  return link.step<SecureLink>('key-exchange', limits.keyExchangeTime, (resolve) => {
    const serverHostKey = hostKeyAlgorithms(types);
    // With an empty list ssh2 would take its own, which holds SHA-1.
    if (serverHostKey.length === 0) return link.fail('no-common-host-key', { asked: [...(types ?? [])], offered: [] });
    const client = new ssh2.Client();
    const proposal = watchProposal(link.socket);
    const logins = new LoginAsks();
    const provenKeys: SecureLink['provenKeys'] = { keys: null, told: null };
    let shown: Buffer | null = null;
    let hostKey: HostKeySeen | null = null;
    // ssh2 throws in many ways; each ends the link, and the first one counts.
    client.on('error', (error: unknown) => {
      const { kind, facts } = endOf(error, { types, proposal: proposal(), hostKey });
      link.fail(kind, facts);
    });
    client.on('hostkeys', (keys) => {
      provenKeys.keys = keys.flatMap((key) => hostKeyOf(key.getPublicSSH()) ?? []);
      provenKeys.told?.();
    });
    client.on('handshake', ({ kex, cs }) => {
      // Again at each change of keys; then it is known and was compared.
      if (hostKey !== null || shown === null) return;
      hostKey = hostKeyOf(shown);
      if (hostKey === null) return link.fail('protocol-error', { detail: 'the host key is damaged or too short' });
      const algorithms = [kex, cs.cipher, cs.mac].filter(Boolean).join(', ');
      resolve({ link, client, hostKey, algorithms, proposal: proposal(), logins, provenKeys });
    });
    link.goodbye = () => client.end();
    client.connect({
      sock: withoutFirstLine(link.socket),
      ident: ourSoftware,
      // Never used: every attempt to log in names its own.
      username: '',
      readyTimeout: 0,
      // Otherwise host keys are only asked of servers that call themselves OpenSSH.
      strictVendor: false,
      algorithms: {
        kex: [...acceptedAlgorithms.kex],
        cipher: [...acceptedAlgorithms.cipher],
        hmac: [...acceptedAlgorithms.hmac],
        compress: [...acceptedAlgorithms.compress],
        serverHostKey,
      },
      // Called before the signature is checked; whether the key is accepted is asked when it is proven (`handshake`).
      hostVerifier: (key: Buffer) => {
        if (shown !== null) return shown.equals(key);
        shown = Buffer.from(key);
        return true;
      },
      authHandler: (methods: unknown, partial: unknown, next: NextAuthHandler) => {
        if (link.end === null) logins.ask({ methods: namesIn(methods), partial: partial === true, next });
      },
    });
  });
}

function namesIn(methods: unknown): string[] | null {
  return Array.isArray(methods) ? methods.filter((name) => typeof name === 'string').map(boundedText) : null;
}

function hostKeyOf(blob: Buffer): HostKeySeen | null {
  const checked = checkBlob(blob);
  if ('problem' in checked) return null;
  return {
    type: checked.type,
    sha256: sha256Fingerprint(blob),
    md5: md5Fingerprint(blob),
    publicKey: `${checked.type} ${blob.toString('base64')}`,
  };
}

type Known = { types: readonly string[] | null; proposal: Proposal | null; hostKey: HostKeySeen | null };

/** What an error of ssh2 says about the server. */
function endOf(error: unknown, { types, proposal, hostKey }: Known): LinkEnd {
  const { message, level, code } = factsOf(error);
  const broken = (detail: string): LinkEnd => ({ kind: 'protocol-error', facts: { detail } });
  // The server's DISCONNECT: its text, and its reason as a number.
  if (typeof code === 'number') return { kind: 'closed', facts: { text: boundedText(message), reason: code } };
  if (level === 'client-socket')
    return { kind: 'closed', facts: { code: typeof code === 'string' ? code : 'unknown' } };
  const missing = /no matching (.+)$/i.exec(message)?.[1];
  if (missing === undefined)
    return broken(
      hostKey !== null && /host denied/i.test(message)
        ? 'the host key changed within one session'
        : boundedText(message),
    );
  const { hostKeys = [], keyExchange = [], ciphers = [], macs = [] } = proposal ?? {};
  if (missing.startsWith('host key'))
    return {
      kind: 'no-common-host-key',
      facts: { offered: hostKeys, ...(types === null ? {} : { asked: [...types] }) },
    };
  return { kind: 'no-common-algorithm', facts: { missing, keyExchange, ciphers, macs } };
}

function factsOf(error: unknown): { message: string; level: unknown; code: unknown } {
  if (!(error instanceof Error)) return { message: String(error), level: undefined, code: undefined };
  return {
    message: error.message,
    level: 'level' in error ? error.level : undefined,
    code: 'code' in error ? error.code : undefined,
  };
}

// What outbound use cases ask of a server that somebody else runs, and what can be seen on the way there.
// Invariant: whatever goes wrong becomes an Observation (facts, no words for people); `failures.ts` alone turns it into a failure.

/** A host key that a server showed. `publicKey` as `type base64`; fingerprints as `SHA256:…` and `MD5:aa:bb:…`. */
export type HostKeySeen = { type: string; sha256: string; md5: string; publicKey: string };

/** The stages of a probe in order; a transfer has `check`, `read-back`, `manifest` and `done` besides. */
export const probeStages = [
  'resolve',
  'connect',
  'banner',
  'key-exchange',
  'host-key',
  'login',
  'sftp',
  'folder',
  'write',
  'rename',
  'delete',
] as const;
export type ProbeStage = (typeof probeStages)[number];
export type StageName = ProbeStage | 'check' | 'read-back' | 'manifest' | 'done';

/**
 * `limited`: it works, but not fully, such as a server that forbids rename; `detail` says how it is handled.
 * `detail` is a plain sentence of what was observed, without secrets and contact values; `ms` how long it took.
 */
export type Stage = { name: StageName; status: 'ok' | 'limited' | 'failed'; ms: number; detail: string };

/** What was seen when something did not work. */
export type ObservationKind =
  // resolve and connect
  | 'name-not-found'
  | 'name-lookup-failed'
  | 'address-refused-by-rule'
  | 'connection-refused'
  | 'unreachable'
  | 'timed-out'
  | 'closed'
  // banner and key exchange
  | 'not-ssh'
  | 'http-answer'
  | 'banner-too-long'
  | 'no-common-algorithm'
  | 'no-common-host-key'
  | 'protocol-error'
  // host key and login
  | 'host-key-not-accepted'
  | 'login-refused'
  | 'login-method-not-offered'
  | 'login-needs-more'
  // sftp
  | 'sftp-not-offered'
  | 'no-such-file'
  | 'not-a-folder'
  | 'permission-denied'
  | 'no-space'
  | 'target-exists'
  | 'not-supported'
  | 'refused'
  | 'size-differs'
  | 'content-differs'
  // our side
  | 'stopped';

export type Observation = {
  stage: StageName;
  kind: ObservationKind;
  /** For engineers: addresses tried, the server's version, SFTP status code and text, paths. Never a secret or a contact's value. */
  facts: Readonly<Record<string, string | number | boolean | readonly string[]>>;
};

/** The way in which a remote operation ended that did not work. */
export class RemoteError extends Error {
  readonly observation: Observation;
  constructor(observation: Observation) {
    super(`${observation.stage}: ${observation.kind}`);
    this.name = 'RemoteError';
    this.observation = observation;
  }
}

/** Keys are tried in this order; `id` comes back as `usedKey`. */
export type RemoteSecret =
  | { kind: 'password'; password: string }
  | { kind: 'keys'; keys: readonly { id: string; privateKey: string }[] };

export type RemoteAddress = { host: string; port: number };

export type OpenRemote = RemoteAddress & {
  username: string;
  secret: RemoteSecret;
  /** The only host key types to negotiate, or null for all. With pins: the types of the pins (ruling 28). */
  hostKeyTypes: readonly string[] | null;
  /**
   * Called once, right before anything secret is sent; false ends with `host-key-not-accepted`, and a RemoteError that it
   * throws ends with that. It may look things up: the server waits, and the time of the login has not begun.
   */
  acceptHostKey(key: HostKeySeen): boolean | Promise<boolean>;
  /** Called for each stage from `resolve` to `sftp` when it has ended, the failed one included. */
  onStage(stage: Stage): void;
  signal: AbortSignal;
};

export type RemoteFile = { size: number; kind: 'file' | 'folder' | 'other'; modifiedAt: Date | null };

/** A logged-in SFTP session. Every method throws RemoteError; none hangs: each has a time limit of the adapter. */
export type RemoteSession = {
  /** The address that was checked and connected to. */
  readonly address: string;
  readonly serverVersion: string;
  readonly hostKey: HostKeySeen;
  /** The id of the key that the server took; null for a password. */
  readonly usedKey: string | null;
  /** Host keys that the server proved to have (hostkeys-prove-00@openssh.com), the present one left out. Waits a moment for them. */
  offeredHostKeys(): Promise<HostKeySeen[]>;
  /** The absolute path as the server sees it. */
  realPath(path: string): Promise<string>;
  /** Null when there is nothing. */
  stat(path: string): Promise<RemoteFile | null>;
  /**
   * Creates or truncates `path` and writes all of `source`, in order, pipelined; resolves when CLOSE was answered well.
   * `onBytes` is told how many bytes are acknowledged so far.
   */
  put(path: string, source: AsyncIterable<Uint8Array>, onBytes?: (bytes: number) => void): Promise<void>;
  read(path: string): AsyncIterable<Uint8Array>;
  /** Renames over an existing target by posix-rename@openssh.com where the server has it, else the plain way; says which. */
  rename(from: string, to: string): Promise<'posix' | 'plain'>;
  remove(path: string): Promise<void>;
  /** Ends it; never throws. */
  close(): Promise<void>;
};

export type RemoteServers = {
  open(options: OpenRemote): Promise<RemoteSession>;
  /** The host keys of a server, one for each type that it has, without logging in: `signal` ends it. Throws RemoteError. */
  detectHostKeys(address: RemoteAddress, onStage: (stage: Stage) => void, signal: AbortSignal): Promise<HostKeySeen[]>;
};

// What the SFTP edge asks of the application: who may log in, and where sessions are recorded. Types only.
// Invariant: the edge knows packets and time limits; everything about feeds, institutions and the log stays behind these.

import type { SessionFacts, VirtualRoot } from '../domain/virtual-files.ts';

/** How a login was proven, in the order in which the client proved it, e.g. `password` or `password+publickey`. */
export type LoginMethod = 'password' | 'keyboard-interactive' | 'publickey';

/**
 * What is known of a link before it is logged in. `sessionId` is one UUID for the whole link (socket).
 * `client` is the identification that the client sent, cut to 255 printable characters. `proven` is what this user has
 * already proven on this link (results of kind `partial`); `keyboard-interactive` is told as `password`.
 */
export type LoginFacts = {
  readonly sessionId: string;
  readonly address: string;
  readonly client: string;
  readonly proven: readonly ('password' | 'publickey')[];
};

/** A public key as it came over the wire (RFC 4253 section 6.6). `fingerprint` is `SHA256:` and unpadded base64. */
export type LoginKey = { readonly type: string; readonly blob: Uint8Array; readonly fingerprint: string };

/**
 * `partial`: right, but this feed wants the other credential as well; the edge then asks for it and says so in `proven`.
 * `reason` of a refusal is a code for the session log; the client is never told it.
 * `feedId` is null in a refusal when no feed has that user name.
 */
export type LoginResult =
  | {
      readonly kind: 'accepted';
      readonly institutionId: string;
      readonly feedId: string;
      /** Called once for each SFTP channel of the session, which then calls `end()` of that root exactly once. */
      openRoot(facts: SessionFacts): Promise<VirtualRoot>;
    }
  | { readonly kind: 'partial'; readonly institutionId: string; readonly feedId: string }
  | LoginRefused;

export type LoginRefused = {
  readonly kind: 'refused';
  readonly institutionId: string | null;
  readonly feedId: string | null;
  readonly reason: string;
};

export type KeyOfferResult = { readonly kind: 'welcome' } | LoginRefused;

/**
 * The logins. An unknown user must do the same work as a known one (the edge besides answers refusals after a fixed time).
 * Thrown errors refuse the login and are reported as bugs. Locks and delays after wrong passwords are the edge's business.
 * User names come as sent (any text up to 255 bytes without control characters); passwords have up to 1,024 bytes.
 */
export type Authenticate = {
  byPassword(username: string, password: string, facts: LoginFacts): Promise<LoginResult>;
  /** The key was named, not proven: `welcome` when `byKey` would not refuse it. Nothing may be recorded as a login here. */
  offersKey(username: string, key: LoginKey, facts: LoginFacts): Promise<KeyOfferResult>;
  /** The client's signature by this key over this very session has been verified. */
  byKey(username: string, key: LoginKey, facts: LoginFacts): Promise<LoginResult>;
};

/** Reasons that the edge itself gives for a refusal; `authenticate` adds its own codes. */
export type EdgeRefusalReason =
  | 'login-timeout'
  | 'too-many-attempts'
  | 'locked-out'
  | 'bad-signature'
  | 'sha1-signature'
  | 'unusable-key'
  | 'unusable-user-name'
  | 'unusable-password'
  | 'no-login'
  | 'handshake-failed'
  | 'server-closing'
  | 'internal-error';

export type SessionTotals = {
  /** Files that this session wrote and closed with success. */
  filesReceived: number;
  /** Bytes of file content, without the protocol around it. */
  bytesIn: number;
  bytesOut: number;
};

/**
 * `closed`: the client left with no file open for writing and nothing unanswered. `dropped`: anything else; `reason` says
 * what, as a code: `upload-open`, `link-lost`, `client-silent`, `idle`, `ended-by-server`, `server-closing`, `protocol-error`.
 */
export type SessionEnd = { how: 'closed' | 'dropped'; reason: string | null };

/**
 * The session log. For each link exactly one of `sessionStarted` and `sessionRefused` is called; `sessionEnded` follows
 * the first. A link that never named a user is not told (`handshake-failed` is: an old client finds no common algorithm).
 */
export type SessionLog = {
  /** Awaited before the login is answered; when it throws, the login is refused. */
  sessionStarted(session: StartedSession): Promise<void>;
  sessionRefused(refusal: RefusedSession): Promise<void>;
  sessionEnded(session: StartedSession, totals: SessionTotals, end: SessionEnd): Promise<void>;
};

export type StartedSession = SessionFacts & {
  institutionId: string;
  feedId: string;
  username: string;
};

export type RefusedSession = {
  sessionId: string;
  /** Null when the link ended before a user name was said. */
  username: string | null;
  institutionId: string | null;
  feedId: string | null;
  address: string;
  client: string;
  loginMethod: LoginMethod | null;
  reason: string;
  /** Refused attempts on this link; keys that were only offered do not count. */
  attempts: number;
};

/** All that the application hands to the server. */
export type SftpPorts = {
  authenticate: Authenticate;
  sessions: SessionLog;
  /** Something that is not the client's fault: message, facts and cause for the program's log. */
  reportBug(message: string, cause: unknown): void;
};

// How long each step with a foreign server may take, and how much it may say; tests shorten them.
// Invariant: nothing that waits for a server waits without one of these.

/** Times in milliseconds. */
export type RemoteLimits = {
  /** Until the server's version line, and how much may come before it (RFC 4253 section 4.2). */
  bannerTime: number;
  bannerBytes: number;
  bannerLines: number;
  keyExchangeTime: number;
  loginTime: number;
  /** From the login to SFTP's VERSION. */
  sftpTime: number;
  /** Without any reply while one is due; an upload that goes on at the least pace is never too long. */
  requestTime: number;
  /** The least pace of files: so many bytes in each span of this time. */
  paceTime: number;
  paceBytes: number;
  /** How long to wait for host keys that the server may be about to prove. */
  hostKeysTime: number;
  /** How long a socket may take to close after our good-bye. */
  closeTime: number;
};

export const defaultRemoteLimits: RemoteLimits = {
  bannerTime: 10_000,
  bannerBytes: 64 * 1024,
  bannerLines: 1024,
  keyExchangeTime: 20_000,
  loginTime: 30_000,
  sftpTime: 30_000,
  requestTime: 60_000,
  paceTime: 600_000,
  paceBytes: 600 * 1024,
  hostKeysTime: 250,
  closeTime: 1000,
};

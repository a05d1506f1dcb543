// What the session log is told when a link ends: how, and for a link without a login, why it was refused.
// Invariant: nothing that a client said stands in the log unprintable or at any length.

import type { LoginHistory } from './login.ts';
import type { EdgeRefusalReason, RefusedSession, SessionEnd } from './ports.ts';
import type { SftpSessionEnd } from './session.ts';

/** Ends that come from here, or that ssh2 tells of the client. */
export type LinkEndReason = 'protocol-error' | 'client-silent' | 'idle' | 'ended-by-server' | 'server-closing';

/** `broken`: the socket or its encryption failed. */
export function sessionEnd(
  reason: LinkEndReason | undefined,
  broken: boolean,
  channels: readonly SftpSessionEnd[],
): SessionEnd {
  if (reason !== undefined) return { how: 'dropped', reason };
  if (channels.some((end) => end.protocolError !== undefined)) return { how: 'dropped', reason: 'protocol-error' };
  if (channels.some((end) => end.uploadOpen)) return { how: 'dropped', reason: 'upload-open' };
  if (broken || channels.some((end) => end.unfinished)) return { how: 'dropped', reason: 'link-lost' };
  return { how: 'closed', reason: null };
}

/** Null for a link that never named a user: a port scan is not worth a line. One that found no common algorithm is. */
export function refusedSession(
  link: Pick<RefusedSession, 'sessionId' | 'address' | 'client'>,
  history: LoginHistory | undefined,
  reason: EdgeRefusalReason | undefined,
): RefusedSession | null {
  const username = history?.username ?? null;
  if (username === null && reason !== 'handshake-failed') return null;
  return {
    ...link,
    username: username === null ? null : printable(username),
    institutionId: history?.refused?.institutionId ?? null,
    feedId: history?.refused?.feedId ?? null,
    loginMethod: history?.method ?? null,
    reason: history?.refused?.reason ?? reason ?? 'no-login',
    attempts: history?.attempts ?? 0,
  };
}

/** What a client says of itself, as it may stand in a log. */
export function printable(text: string): string {
  return text.replace(/[^\p{L}\p{M}\p{N}\p{P}\p{S} ]/gu, '?').slice(0, 255);
}

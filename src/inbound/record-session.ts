// The session log: one row for every SFTP session and every link that did not get in.
// Invariant: what a client says about itself is cut and cleaned before it is kept.

import { againWhenLost } from '../db/again-when-lost.ts';
import type { FeedId, InstitutionId, SessionId } from '../domain/ids.ts';
import type { SessionFacts } from '../domain/virtual-files.ts';
import { endSession, insertSession } from '../store/session-log.ts';
import type { ReceiveDeps } from './root-context.ts';

export type StartedSession = SessionFacts & { institutionId: string; feedId: string; username: string };

export type RefusedSession = {
  sessionId: string;
  username: string | null;
  institutionId: string | null;
  feedId: string | null;
  address: string;
  client: string;
  loginMethod: string | null;
  reason: string;
};

export type SessionTotals = { filesReceived: number; bytesIn: number; bytesOut: number };
export type SessionEnd = { how: 'closed' | 'dropped'; reason: string | null };

/** The shape that the SFTP edge asks for (`sftp/ports.ts`). */
export type SessionRecorder = {
  sessionStarted(session: StartedSession): Promise<void>;
  sessionRefused(refusal: RefusedSession): Promise<void>;
  sessionEnded(session: StartedSession, totals: SessionTotals, end: SessionEnd): Promise<void>;
};

export function sessionRecorder({ db, clock }: Pick<ReceiveDeps, 'db' | 'clock'>): SessionRecorder {
  return {
    async sessionStarted(session) {
      await insertSession(db, {
        id: session.sessionId as SessionId,
        institutionId: session.institutionId as InstitutionId,
        feedId: session.feedId as FeedId,
        username: cleaned(session.username, 255),
        address: cleaned(session.address, 64),
        client: cleaned(session.client, 255),
        startedAt: clock.now(),
        endedAt: null,
        outcome: 'open',
        loginMethod: session.loginMethod,
        reason: null,
      });
    },
    async sessionRefused(refusal) {
      const now = clock.now();
      await insertSession(db, {
        id: refusal.sessionId as SessionId,
        institutionId: refusal.institutionId as InstitutionId | null,
        feedId: refusal.feedId as FeedId | null,
        username: cleaned(refusal.username ?? '', 255),
        address: cleaned(refusal.address, 64),
        client: cleaned(refusal.client, 255),
        startedAt: now,
        endedAt: now,
        outcome: 'refused',
        loginMethod: refusal.loginMethod,
        reason: refusal.reason,
      });
    },
    async sessionEnded(session, totals, end) {
      const facts = {
        outcome: end.how,
        reason: end.reason,
        filesReceived: totals.filesReceived,
        bytesIn: totals.bytesIn,
        bytesOut: totals.bytesOut,
        endedAt: clock.now(),
      };
      const { institutionId, sessionId } = session;
      await againWhenLost(() => endSession(db, institutionId as InstitutionId, sessionId as SessionId, facts));
    },
  };
}

/** Without control and formatting characters, and not longer than `longest` characters. */
function cleaned(text: string, longest: number): string {
  return text.replace(/[\p{Cc}\p{Cf}\p{Cs}]/gu, '').slice(0, longest);
}

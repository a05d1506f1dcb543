// Connections and their loads as the API shows them; the words of problems come from the domain.
// Invariant: a load's view holds no value of a record but the sender's ids.

import { problemMessage } from '../../domain/connection-problems.ts';
import { showPhone } from '../../domain/phones.ts';
import type { ConnectionLoadRecord, ConnectionLoadSummary } from '../../store/connection-loads.ts';
import type { ConnectionRecord } from '../../store/connections.ts';

/** `country`: whose national writing phones are shown in. */
export function connectionView(connection: ConnectionRecord, country: string) {
  const { createdAt, updatedAt, ...values } = connection;
  return {
    ...values,
    phoneNational: connection.phone === null ? null : showPhone(connection.phone, country),
    createdAt: createdAt.toISOString(),
    updatedAt: updatedAt.toISOString(),
  };
}

export function loadSummaryView(load: ConnectionLoadSummary) {
  const { id, at, actor, format, created, updated, unchanged, rejected, notices } = load;
  return { id, at: at.toISOString(), by: actor.name, format, created, updated, unchanged, rejected, notices };
}

export function loadView(load: ConnectionLoadRecord) {
  const place = load.format === 'csv' ? 'Row' : 'Line';
  return {
    ...loadSummaryView(load),
    problems: load.problems.map((problem) => {
      const { row, externalId, field, code, effect } = problem;
      return { row, externalId, field, code, effect, message: problemMessage(problem, place, row) };
    }),
    problemsLeftOut: load.rejected + load.notices - load.problems.length,
  };
}

// Handlers of connections, their loads, and the outbound settings.
// Invariant: everything is found within the institution of the path only; bytes pass through and are never held whole.

import type { Deps } from '../../deps.ts';
import { AppError } from '../../domain/errors.ts';
import type { ConnectionId, ConnectionLoadId } from '../../domain/ids.ts';
import { loadConnections } from '../../outbound/load-connections.ts';
import { openSlots } from '../../outbound/slots.ts';
import { updateOutboundSettings } from '../../outbound/update-outbound-settings.ts';
import { getConnectionLoad, listConnectionLoads } from '../../store/connection-loads.ts';
import { getConnection, listConnections } from '../../store/connections.ts';
import { getOutboundSettings } from '../../store/outbound-settings.ts';
import type { Handlers } from '../call.ts';
import { fetchLimit, idCursor, pageOf } from '../pages.ts';
import { plainFile } from '../received-file.ts';
import type { connectionRoutes } from '../table/connection-routes.ts';
import { connectionView, loadSummaryView, loadView } from '../views/connection-view.ts';

/** Each running load has a connection to the database of its own. */
const mostLoads = { total: 8, perInstitution: 2 };

export function connectionHandlers(deps: Deps): Handlers<typeof connectionRoutes> {
  const loadDeps = { ...deps, slots: openSlots(mostLoads) };
  return {
    'connections.list': async ({ institution, query }) => {
      const { externalId, search } = query;
      const delivered = query.delivered === undefined ? undefined : query.delivered === 'true';
      const page = { before: idCursor(query), limit: fetchLimit(query) };
      const found = await listConnections(deps.db, institution.id, { externalId, search, delivered }, page);
      return pageOf(
        found,
        query,
        (one) => one.id,
        (one) => connectionView(one, institution.country),
      );
    },
    'connections.load': async ({ institution, identity, request }) => {
      const { bytes, contentType } = await plainFile(request);
      return loadView(await loadConnections(loadDeps, identity.actor, institution.id, { bytes, contentType }));
    },
    'connections.show': async ({ institution, params }) => {
      const found = await getConnection(deps.db, institution.id, params.id as ConnectionId);
      if (!found) throw notFound('no-such-connection', 'connection', 'Look for it in the list of connections.');
      return connectionView(found, institution.country);
    },
    'connection-loads.list': async ({ institution, query }) => {
      const page = { before: idCursor(query), limit: fetchLimit(query) };
      const loads = await listConnectionLoads(deps.db, institution.id, page);
      return pageOf(loads, query, (one) => one.id, loadSummaryView);
    },
    'connection-loads.show': async ({ institution, params }) => {
      const found = await getConnectionLoad(deps.db, institution.id, params.id as ConnectionLoadId);
      if (!found) throw notFound('no-such-load', 'load of connections', 'Look for it in the list of loads.');
      return loadView(found);
    },
    'outbound-settings.show': async ({ institution }) => {
      const settings = await getOutboundSettings(deps.db, institution.id);
      if (!settings) throw new Error('the institution of a request is missing');
      return { ...settings, message: null };
    },
    'outbound-settings.update': ({ institution, identity, body }) =>
      updateOutboundSettings(deps, identity.actor, institution, body),
  };
}

function notFound(code: string, what: string, detail: string): AppError {
  return new AppError('not-found', code, `There is no such ${what} in this institution.`, detail);
}

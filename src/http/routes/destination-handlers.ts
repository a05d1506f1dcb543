// Handlers of destinations.
// Invariant: a change answers with the destination as it is in the database after it.

import type { Deps } from '../../deps.ts';
import type { DestinationRecord } from '../../domain/destination.ts';
import { AppError } from '../../domain/errors.ts';
import type { DestinationId, InstitutionId, ProbeId } from '../../domain/ids.ts';
import { noSuchDestination } from '../../outbound/change-destination.ts';
import { confirmHostKey } from '../../outbound/confirm-host-key.ts';
import { createDestination } from '../../outbound/create-destination.ts';
import { deleteDestination } from '../../outbound/delete-destination.ts';
import { disableDestination } from '../../outbound/disable-destination.ts';
import { enableDestination } from '../../outbound/enable-destination.ts';
import { forgetHostKey } from '../../outbound/forget-host-key.ts';
import type { Probes } from '../../outbound/open-probes.ts';
import { regenerateKey } from '../../outbound/regenerate-key.ts';
import { updateDestination } from '../../outbound/update-destination.ts';
import { getDestination, listDestinations } from '../../store/destinations.ts';
import type { InstitutionRecord } from '../../store/institutions.ts';
import { getProbe, listProbes } from '../../store/probes.ts';
import type { Handlers } from '../call.ts';
import { fetchLimit, idCursor, pageOf, shortList } from '../pages.ts';
import type { destinationRoutes } from '../table/destination-routes.ts';
import { destinationView, probeView } from '../views/destination-view.ts';

export function destinationHandlers(deps: Deps, probes: Probes): Handlers<typeof destinationRoutes> {
  const stored = async (institutionId: InstitutionId, id: string): Promise<DestinationRecord> => {
    const destination = await getDestination(deps.db, institutionId, id as DestinationId);
    if (!destination) throw noSuchDestination();
    return destination;
  };
  const live = async (institutionId: InstitutionId, id: string): Promise<DestinationRecord> => {
    const destination = await stored(institutionId, id);
    if (destination.deletedAt) throw noSuchDestination();
    return destination;
  };
  const show = async (institution: InstitutionRecord, id: string, publicKey: string | null = null) =>
    destinationView(deps, institution, await stored(institution.id, id), publicKey);
  const showProbe = async (institution: InstitutionRecord, id: string, probeId: string) => {
    const destination = await stored(institution.id, id);
    const probe = await getProbe(deps.db, institution.id, destination.id, probeId as ProbeId);
    if (!probe) throw noSuchProbe();
    return probeView(deps, destination, probe);
  };

  return {
    'destinations.list': async ({ institution, query }) => {
      const views = [];
      for (const destination of await listDestinations(deps.db, institution.id))
        views.push(await destinationView(deps, institution, destination));
      return shortList(views, query);
    },
    'destinations.create': async ({ institution, body, identity }) => {
      const { id, publicKey } = await createDestination(deps, identity.actor, institution, body);
      return show(institution, id, publicKey);
    },
    'destinations.show': async ({ institution, params }) =>
      destinationView(deps, institution, await live(institution.id, params.id)),
    'destinations.update': async ({ institution, params, body, identity }) => {
      await updateDestination(deps, identity.actor, institution, params.id as DestinationId, body);
      return show(institution, params.id);
    },
    'destinations.delete': async ({ institution, params, identity }) => {
      await deleteDestination(deps, identity.actor, institution.id, params.id as DestinationId);
      return show(institution, params.id);
    },
    'destinations.enable': async ({ institution, params, identity }) => {
      await enableDestination(deps, identity.actor, institution, params.id as DestinationId);
      return show(institution, params.id);
    },
    'destinations.disable': async ({ institution, params, identity }) => {
      await disableDestination(deps, identity.actor, institution.id, params.id as DestinationId);
      return show(institution, params.id);
    },
    'destinations.regenerate-key': async ({ institution, params, body, identity }) => {
      const publicKey = await regenerateKey(deps, identity.actor, institution, params.id as DestinationId, body);
      return show(institution, params.id, publicKey);
    },
    'destinations.confirm-host-key': async ({ institution, params, body, identity }) => {
      await confirmHostKey(deps, identity.actor, institution.id, params.id as DestinationId, body);
      return show(institution, params.id);
    },
    'destinations.forget-host-key': async ({ institution, params, identity }) => {
      await forgetHostKey(deps, identity.actor, institution.id, params.id as DestinationId, params.sha256);
      return show(institution, params.id);
    },
    'destinations.probe': async ({ institution, params, body, identity }) => {
      const { enable, wait } = body;
      const started = await probes.start(identity.actor, institution, params.id as DestinationId, { enable });
      if (wait) await started.ended;
      return showProbe(institution, params.id, started.id);
    },
    'destinations.probes': async ({ institution, params, query }) => {
      const destination = await live(institution.id, params.id);
      const page = { before: idCursor(query), limit: fetchLimit(query) };
      const found = await listProbes(deps.db, institution.id, destination.id, page);
      return pageOf(
        found,
        query,
        (probe) => probe.id,
        (probe) => probeView(deps, destination, probe),
      );
    },
    'destinations.show-probe': ({ institution, params }) => showProbe(institution, params.id, params.probeId),
  };
}

function noSuchProbe(): AppError {
  return new AppError(
    'not-found',
    'no-such-probe',
    'There is no such test of this destination.',
    'Take its id from the list of its tests.',
  );
}

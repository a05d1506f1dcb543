// Routes of connections, their loads, and the outbound settings of an institution.
// Invariant: whatever values of records an operator reads here is audited; loads show ids and counts only.

import { institutionParams, page, pageQuery, uuid } from '../../api/common.ts';
import {
  connection,
  connectionLoad,
  connectionLoadSummary,
  connectionsQuery,
  outboundSettings,
  updateOutboundSettings,
} from '../../api/connections.ts';
import { route } from './route.ts';

const oneParams = institutionParams.extend({ id: uuid });

export const connectionRoutes = {
  'connections.list': route({
    method: 'GET',
    path: '/institutions/:institution/connections',
    access: 'viewer',
    summary: 'Connections, newest first',
    params: institutionParams,
    query: connectionsQuery,
    answer: page(connection),
    showsContacts: true,
  }),
  'connections.load': route({
    method: 'POST',
    path: '/institutions/:institution/connections',
    access: 'admin',
    summary:
      'Loads connections: NDJSON (one object a line) or CSV, as the content type says or the first byte shows. An id that is there already changes that connection; the same bytes again change nothing. Answered when all of it is stored.',
    params: institutionParams,
    body: { bytes: 'file', types: ['application/x-ndjson', 'text/csv', 'application/octet-stream'] },
    answer: connectionLoad,
  }),
  'connections.show': route({
    method: 'GET',
    path: '/institutions/:institution/connections/:id',
    access: 'viewer',
    summary: 'One connection',
    params: oneParams,
    answer: connection,
    showsContacts: true,
  }),
  'connection-loads.list': route({
    method: 'GET',
    path: '/institutions/:institution/connection-loads',
    access: 'viewer',
    summary: 'Loads of connections, newest first, without their problems',
    params: institutionParams,
    query: pageQuery,
    answer: page(connectionLoadSummary),
  }),
  'connection-loads.show': route({
    method: 'GET',
    path: '/institutions/:institution/connection-loads/:id',
    access: 'viewer',
    summary: 'One load with its problems',
    params: oneParams,
    answer: connectionLoad,
  }),
  'outbound-settings.show': route({
    method: 'GET',
    path: '/institutions/:institution/outbound-settings',
    access: 'viewer',
    summary: 'The majors entitlement, the offered majors, and the day of the last export',
    params: institutionParams,
    answer: outboundSettings,
  }),
  'outbound-settings.update': route({
    method: 'PATCH',
    path: '/institutions/:institution/outbound-settings',
    access: 'admin',
    summary: 'Changes them; the entitlement is for operators only',
    params: institutionParams,
    body: updateOutboundSettings,
    answer: outboundSettings,
  }),
};

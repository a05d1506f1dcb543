// Routes of destinations: settings, keys, host keys, tests, on and off.
// Invariant: every change answers with the destination as it is after it; a test answers with the test.

import { z } from 'zod';
import { institutionParams, page, pageQuery, shortListQuery, uuid } from '../../api/common.ts';
import {
  confirmHostKeyRequest,
  createDestinationRequest,
  destination,
  probe,
  probeRequest,
  regenerateKeyRequest,
  updateDestinationRequest,
} from '../../api/destinations.ts';
import { route } from './route.ts';

const destinationParams = institutionParams.extend({ id: uuid });
const probeParams = destinationParams.extend({ probeId: uuid });
const hostKeyParams = destinationParams.extend({
  sha256: z.string().max(200).describe('the fingerprint; in base64url, or percent-encoded'),
});

export const destinationRoutes = {
  'destinations.list': route({
    method: 'GET',
    path: '/institutions/:institution/destinations',
    access: 'viewer',
    summary: 'The destinations of an institution that are not deleted, newest first (one page unless a limit is given)',
    params: institutionParams,
    query: shortListQuery,
    answer: page(destination),
  }),
  'destinations.create': route({
    method: 'POST',
    path: '/institutions/:institution/destinations',
    access: 'admin',
    summary: 'Makes a destination as a draft. With generateKey the answer holds the public half, once.',
    params: institutionParams,
    body: createDestinationRequest,
    answer: destination,
    status: 201,
  }),
  'destinations.show': route({
    method: 'GET',
    path: '/institutions/:institution/destinations/:id',
    access: 'viewer',
    summary: 'One destination, without its secrets',
    params: destinationParams,
    answer: destination,
  }),
  'destinations.update': route({
    method: 'PATCH',
    path: '/institutions/:institution/destinations/:id',
    access: 'admin',
    summary:
      'Changes settings. Another host, port or user drops the confirmed fingerprints and the password; what changes the way there makes it a draft until a test has passed.',
    params: destinationParams,
    body: updateDestinationRequest,
    elsewhere: {
      dataset: 'It never changes: make another destination.',
      status: 'Switch it with …/enable and …/disable.',
      auth: 'It follows from the password, or from …/regenerate-key.',
      keys: 'Make a new pair with …/regenerate-key.',
      publicKey: 'Make a new pair with …/regenerate-key.',
      generateKey: 'Make a new pair with …/regenerate-key.',
      hostKeys: 'Confirm a fingerprint with …/host-keys.',
      hostKeyState: 'Confirm a fingerprint with …/host-keys, or switch the check with checkFingerprint.',
      schedule: 'It is made of frequency and at.',
      timeZone: 'It is that of the institution.',
      startsFrom: 'It follows from since and from what was delivered.',
    },
    answer: destination,
  }),
  'destinations.delete': route({
    method: 'DELETE',
    path: '/institutions/:institution/destinations/:id',
    access: 'admin',
    summary: 'Deletes a destination: everything stops at once; history and the place in the data stay',
    params: destinationParams,
    answer: destination,
  }),
  'destinations.enable': route({
    method: 'POST',
    path: '/institutions/:institution/destinations/:id/enable',
    access: 'admin',
    summary: 'Switches a tested destination on',
    params: destinationParams,
    answer: destination,
  }),
  'destinations.disable': route({
    method: 'POST',
    path: '/institutions/:institution/destinations/:id/disable',
    access: 'admin',
    summary: 'Switches a destination off',
    params: destinationParams,
    answer: destination,
  }),
  'destinations.regenerate-key': route({
    method: 'POST',
    path: '/institutions/:institution/destinations/:id/regenerate-key',
    access: 'admin',
    summary:
      'Makes a new key pair; the answer holds its public half, once. The old one serves until the new one has worked, at most 14 days.',
    params: destinationParams,
    body: regenerateKeyRequest,
    answer: destination,
  }),
  'destinations.confirm-host-key': route({
    method: 'POST',
    path: '/institutions/:institution/destinations/:id/host-keys',
    access: 'admin',
    summary:
      'Confirms a fingerprint that the server has shown, or the public key that it will have after a planned change',
    params: destinationParams,
    body: confirmHostKeyRequest,
    answer: destination,
  }),
  'destinations.forget-host-key': route({
    method: 'DELETE',
    path: '/institutions/:institution/destinations/:id/host-keys/:sha256',
    access: 'admin',
    summary: 'Takes the confirmation of a fingerprint back',
    params: hostKeyParams,
    answer: destination,
  }),
  'destinations.probe': route({
    method: 'POST',
    path: '/institutions/:institution/destinations/:id/probe',
    access: 'admin',
    summary: 'Tests a destination in stages; with enable it is switched on when the test passes',
    params: destinationParams,
    body: probeRequest,
    elsewhere: { enabled: 'Send enable, which switches it on when the test passes.' },
    answer: probe,
  }),
  'destinations.probes': route({
    method: 'GET',
    path: '/institutions/:institution/destinations/:id/probes',
    access: 'viewer',
    summary: 'The tests of a destination, newest first',
    params: destinationParams,
    query: pageQuery,
    answer: page(probe),
  }),
  'destinations.show-probe': route({
    method: 'GET',
    path: '/institutions/:institution/destinations/:id/probes/:probeId',
    access: 'viewer',
    summary: 'One test, with its stages so far',
    params: probeParams,
    answer: probe,
  }),
};

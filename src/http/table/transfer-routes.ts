// Routes of transfers: run now, history, files, sending again, what would be sent, and the key of the manifests.
// Invariant: `/transfers/:id` finds its institution first; whoever does not belong to it gets the same 404 as for no transfer.

import { z } from 'zod';
import { idParams, institutionParams, page, uuid } from '../../api/common.ts';
import { dataset } from '../../api/destinations.ts';
import {
  downloadQuery,
  manifestKey,
  runTransferRequest,
  transfer,
  transferDays,
  transferPreview,
  transfersQuery,
} from '../../api/transfers.ts';
import { route } from './route.ts';

export const transferRoutes = {
  'transfers.run': route({
    method: 'POST',
    path: '/institutions/:institution/destinations/:id/run',
    access: 'admin',
    summary:
      'Queues a transfer now; it waits while another one of the dataset runs. With wait it answers at its end, or after 100 s.',
    params: institutionParams.extend({ id: uuid }),
    body: runTransferRequest,
    answer: transfer,
    status: 202,
  }),
  'transfers.list': route({
    method: 'GET',
    path: '/institutions/:institution/transfers',
    access: 'viewer',
    summary: 'Transfer history, newest first',
    params: institutionParams,
    query: transfersQuery,
    answer: page(transfer),
  }),
  'transfers.show': route({
    method: 'GET',
    path: '/transfers/:id',
    access: 'viewer',
    summary: 'One transfer; its stages appear as they end',
    params: idParams,
    answer: transfer,
  }),
  'transfers.resend': route({
    method: 'POST',
    path: '/transfers/:id/resend',
    access: 'admin',
    summary: 'Sends the file of a delivered transfer again, byte for byte, to the present destination of the dataset',
    params: idParams,
    body: runTransferRequest,
    answer: transfer,
    status: 202,
  }),
  'transfers.file': route({
    method: 'GET',
    path: '/transfers/:id/file',
    access: 'viewer',
    summary: 'The bytes as they were sent',
    params: idParams,
    answer: { file: 'application/octet-stream' },
    showsContacts: true,
  }),
  'transfers.preview': route({
    method: 'GET',
    path: '/institutions/:institution/preview',
    access: 'viewer',
    summary: 'What the next transfer of a dataset would send: its count, first rows and file name',
    params: institutionParams,
    query: z.object({ dataset }),
    answer: transferPreview,
    showsContacts: true,
  }),
  'transfers.download': route({
    method: 'GET',
    path: '/institutions/:institution/download',
    access: 'viewer',
    summary: 'The file that the next transfer would send; nothing is moved',
    params: institutionParams,
    query: downloadQuery,
    answer: { file: 'application/octet-stream' },
    showsContacts: true,
  }),
  'transfers.export': route({
    method: 'POST',
    path: '/institutions/:institution/export',
    access: 'admin',
    summary: 'The same file, and the date of “connections last exported” becomes today; never moves what is delivered',
    params: institutionParams,
    query: downloadQuery,
    answer: { file: 'application/octet-stream' },
    showsContacts: true,
  }),
  'transfers.days': route({
    method: 'GET',
    path: '/institutions/:institution/transfer-days',
    access: 'viewer',
    summary: 'Transfers and delivered rows of each of the last 30 days in the institution’s zone',
    params: institutionParams,
    answer: transferDays,
  }),
  'transfers.manifest-key': route({
    method: 'GET',
    path: '/institutions/:institution/manifest-key',
    access: 'viewer',
    summary: 'The public key with which receivers check the signature of a manifest',
    params: institutionParams,
    answer: manifestKey,
  }),
};

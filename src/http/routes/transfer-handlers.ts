// Handlers of transfers.
// Invariant: bytes pass through; neither a stored file nor a download is ever held in memory whole.

import { setTimeout as pause } from 'node:timers/promises';
import type { FastifyRequest } from 'fastify';
import type { Deps } from '../../deps.ts';
import type { Dataset } from '../../domain/dataset.ts';
import { AppError } from '../../domain/errors.ts';
import { usualFileOptions } from '../../domain/file-options.ts';
import type { DestinationId, InstitutionId, TransferId } from '../../domain/ids.ts';
import { isFinalTransfer, type TransferRecord } from '../../domain/transfer.ts';
import { downloadNow } from '../../outbound/download-now.ts';
import { manifestKey } from '../../outbound/manifest.ts';
import type { WindowRequest } from '../../outbound/open-window.ts';
import { hasFile } from '../../outbound/prepare-transfer.ts';
import { previewWindow } from '../../outbound/preview-window.ts';
import { recordDownload } from '../../outbound/record-download.ts';
import { requestTransfer } from '../../outbound/request-transfer.ts';
import { resendTransfer } from '../../outbound/resend-transfer.ts';
import { openSlots, type Slots } from '../../outbound/slots.ts';
import { dayIn, startOfDay } from '../../outbound/window-start.ts';
import { getLiveDestination } from '../../store/destinations.ts';
import type { InstitutionRecord } from '../../store/institutions.ts';
import { getStoredFile } from '../../store/stored-files.ts';
import { getTransfer, listTransfers, transferDays } from '../../store/transfers.ts';
import { noSuchTransfer } from '../authorise.ts';
import type { Call, Download, Handlers } from '../call.ts';
import { fetchLimit, idCursor, pageOf } from '../pages.ts';
import type { transferRoutes } from '../table/transfer-routes.ts';
import { transferDaysView, transferView } from '../views/transfer-view.ts';

/** Days in the chart, today included. */
const daysShown = 30;

/** Previews and files by hand at the same time, in this process: each holds a database session. */
const mostByHand = { total: 4, perInstitution: 2 };

export function transferHandlers(deps: Deps): Handlers<typeof transferRoutes> {
  const record = async (institutionId: InstitutionId, id: string): Promise<TransferRecord> => {
    const found = await getTransfer(deps.db, institutionId, id as TransferId);
    if (!found) throw noSuchTransfer();
    return found;
  };
  const view = (institution: InstitutionRecord, transfer: TransferRecord) =>
    transferView(transfer, institution.timeZone, deps.clock.now());
  const show = async (institution: InstitutionRecord, id: string) =>
    view(institution, await record(institution.id, id));
  const answer = async (institution: InstitutionRecord, id: TransferId, wait: boolean, request: FastifyRequest) => {
    if (wait) await ended(() => record(institution.id, id), request);
    return show(institution, id);
  };

  const slots = openSlots(mostByHand);
  return {
    'transfers.run': async ({ institution, params, body, identity, request }) => {
      const id = await requestTransfer(deps, identity.actor, institution.id, params.id as DestinationId);
      return answer(institution, id, body.wait, request);
    },
    'transfers.list': async ({ institution, query }) => {
      const { destination, dataset, status, trigger } = query;
      const filter = { destinationId: destination as DestinationId | undefined, dataset, status, trigger };
      const page = { before: idCursor(query), limit: fetchLimit(query) };
      const found = await listTransfers(deps.db, institution.id, filter, page);
      return pageOf(
        found,
        query,
        (one) => one.id,
        (one) => view(institution, one),
      );
    },
    'transfers.show': ({ institution, params }) => show(institution, params.id),
    'transfers.resend': async ({ institution, params, body, identity, request }) => {
      const id = await resendTransfer(deps, identity.actor, institution.id, params.id as TransferId);
      return answer(institution, id, body.wait, request);
    },
    'transfers.file': async ({ institution, params, identity }) => {
      const transfer = await record(institution.id, params.id);
      const { file, dataset, rows } = transfer;
      if (!file?.storedFileId || !(await hasFile(deps, transfer))) throw noFile(transfer);
      const stored = await getStoredFile(deps.db, institution.id, file.storedFileId);
      if (!stored) throw noFile(transfer);
      const facts = { dataset, fileName: file.name, sha256: file.sha256, rows };
      await recordDownload(deps, identity.actor, institution.id, transfer.id, facts);
      return { name: file.name, bytes: deps.files.stream(institution.id, stored.key), size: stored.size };
    },
    'transfers.preview': async ({ institution, query }) => {
      const { dataset } = query;
      const window = await windowOf(deps, institution.id, dataset);
      return { ...(await slots(institution.id, () => previewWindow(deps, institution, window))), dataset };
    },
    'transfers.download': (call) => nextFile(deps, slots, call, false),
    'transfers.export': (call) => nextFile(deps, slots, call, true),
    'transfers.days': async ({ institution }) => {
      const { timeZone } = institution;
      const last = dayIn(timeZone, deps.clock.now());
      const first = Temporal.PlainDate.from(last)
        .subtract({ days: daysShown - 1 })
        .toString();
      const days = await transferDays(deps.db, institution.id, timeZone, startOfDay(first, timeZone));
      return transferDaysView(days, first, last);
    },
    'transfers.manifest-key': async ({ institution }) => {
      const { publicKey, fingerprint } = await manifestKey(deps, institution.id);
      return { publicKey, fingerprint };
    },
  };
}

type DownloadCall = Pick<
  Call<(typeof transferRoutes)['transfers.download']>,
  'institution' | 'query' | 'identity' | 'reply'
>;

/** The file of the next window by hand. */
async function nextFile(
  deps: Deps,
  slots: Slots,
  { institution, query, identity, reply }: DownloadCall,
  mark: boolean,
): Promise<Download> {
  const { dataset } = query;
  const window = await windowOf(deps, institution.id, dataset);
  const file = await slots(institution.id, () => downloadNow(deps, identity.actor, institution, window, { mark }));
  // Also when nobody reads any of it: then its content is never begun, and does not clean up after itself.
  reply.raw.once('close', () => {
    file.discard().catch((error: unknown) => deps.log.warn({ err: error }, 'the file of a download stays'));
  });
  const { fileName, sha256, rows } = file;
  try {
    await recordDownload(deps, identity.actor, institution.id, null, { dataset, fileName, sha256, rows });
  } catch (error) {
    await file.discard();
    throw error;
  }
  return { name: fileName, bytes: file.content, size: file.bytes };
}

/** What the next transfer is cut by: the destination, or where there is none the usual file. */
async function windowOf(
  { db }: Pick<Deps, 'db'>,
  institutionId: InstitutionId,
  dataset: Dataset,
): Promise<WindowRequest> {
  return (await getLiveDestination(db, institutionId, dataset)) ?? { dataset, since: null, file: usualFileOptions };
}

const pollMilliseconds = 150;
/** Less than the time after which a silent link is closed, in milliseconds. */
const longestWait = 100_000;

/** Resolves when the transfer has ended, when nobody waits for the answer any more, or after a while. */
async function ended(read: () => Promise<TransferRecord>, { socket }: FastifyRequest): Promise<void> {
  const deadline = performance.now() + longestWait;
  while (!socket.destroyed && performance.now() < deadline && !isFinalTransfer(await read()))
    await pause(pollMilliseconds);
}

function noFile({ status, file }: TransferRecord): AppError {
  if (file)
    return new AppError(
      'not-found',
      'file-lost',
      `${file.name} is no longer stored here.`,
      'Files are kept for the retention time.',
    );
  return new AppError(
    'not-found',
    'no-file',
    'This transfer has no file.',
    status === 'empty' ? 'There was nothing to send.' : 'There is one as soon as its window has been cut.',
  );
}

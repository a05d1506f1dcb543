// Handlers of imports: upload, history, report, files, and the decisions of people.
// Invariant: bytes pass through; neither an upload nor a download is ever held in memory whole.

import { text } from 'node:stream/consumers';
import type { Deps } from '../../deps.ts';
import type { Actor } from '../../domain/actor.ts';
import { AppError } from '../../domain/errors.ts';
import { allFields } from '../../domain/fields.ts';
import type { FeedId, ImportId, InstitutionId, StoredFileId } from '../../domain/ids.ts';
import { isFinal } from '../../domain/import.ts';
import { approveHold } from '../../inbound/approve-hold.ts';
import { checkedMapping } from '../../inbound/checked-mapping.ts';
import { discardHold } from '../../inbound/discard-hold.ts';
import { importAgain } from '../../inbound/import-again.ts';
import { issuesInReceipt, outboxName, receiptOf } from '../../inbound/receipt.ts';
import { uploadFile } from '../../inbound/upload-file.ts';
import { listImportChanges } from '../../store/contact-changes.ts';
import { listCustomFields } from '../../store/custom-fields.ts';

import { issueGroups, listIssues, streamIssues } from '../../store/import-issues.ts';
import { getImport, type ImportRecord, listImports } from '../../store/imports.ts';
import { getStoredFile } from '../../store/stored-files.ts';
import { noSuchImport } from '../authorise.ts';
import type { Download, Handlers } from '../call.ts';
import { fetchLimit, integerCursor, numberCursor, pageOf, shortList } from '../pages.ts';
import { receivedFile } from '../received-file.ts';
import { notAvailable } from '../register-routes.ts';
import { importRoutes } from '../table/import-routes.ts';
import { importView, issueGroupView, issueView } from '../views/import-view.ts';
import { issuesCsv } from '../views/issues-csv.ts';

export function importHandlers(deps: Deps): Handlers<typeof importRoutes> {
  const record = async (institutionId: InstitutionId, id: string): Promise<ImportRecord> => {
    const found = await getImport(deps.db, institutionId, id as ImportId);
    if (!found) throw noSuchImport();
    return found;
  };
  const show = async (institutionId: InstitutionId, id: string, actor: Actor) =>
    importView(deps, await record(institutionId, id), actor);

  return {
    'imports.list': async ({ institution, query, identity }) => {
      const { source, status, feed, file, from, to } = query;
      const filter = {
        source,
        status,
        feedId: feed as FeedId | undefined,
        fileName: file,
        from: from === undefined ? undefined : new Date(from),
        to: to === undefined ? undefined : new Date(to),
      };
      const page = { before: numberCursor(query), limit: fetchLimit(query) };
      const found = await listImports(deps.db, institution.id, filter, page);
      const { items, next } = pageOf(
        found,
        query,
        (one) => one.queueNumber,
        (one) => one,
      );
      const views = [];
      for (const one of items) views.push(await importView(deps, one, identity.actor));
      return { items: views, next };
    },
    'imports.upload': async ({ institution, query, identity, request }) => {
      const received = await receivedFile(request, importRoutes['imports.upload'].body.mapping);
      const fields = allFields(await listCustomFields(deps.db, institution.id));
      const id = await uploadFile(deps, identity.actor, institution.id, {
        feedId: (query.feed as FeedId | undefined) ?? null,
        fileName: query.fileName,
        dryRun: query.dryRun,
        mapping: received.mapping ? checkedMapping(received.mapping.columns, fields, institution.country) : null,
        address: request.ip,
        client: request.headers['user-agent']?.slice(0, 255) ?? null,
        bytes: received.bytes,
      });
      return show(institution.id, id, identity.actor);
    },
    'imports.show': ({ institution, params, identity }) => show(institution.id, params.id, identity.actor),
    'imports.issues': async ({ institution, params, query }) => {
      const { id } = await record(institution.id, params.id);
      const page = { after: integerCursor(query), limit: fetchLimit(query) };
      return pageOf(await listIssues(deps.db, institution.id, id, query, page), query, (one) => one.seq, issueView);
    },
    'imports.issue-groups': async ({ institution, params, query }) => {
      const { id } = await record(institution.id, params.id);
      return shortList((await issueGroups(deps.db, institution.id, id)).map(issueGroupView), query);
    },
    'imports.issues-file': async ({ institution, params }) => {
      const { id, fileName } = await record(institution.id, params.id);
      return { name: `${fileName}.${id}.issues.csv`, bytes: issuesCsv(streamIssues(deps.db, institution.id, id)) };
    },
    'imports.error-file': async ({ institution, params }) => {
      const { id, fileName, errorFileId } = await record(institution.id, params.id);
      if (!errorFileId) throw noErrorFile();
      return storedFile(deps, institution.id, errorFileId, `${fileName}.${id}.errors.csv`);
    },
    'imports.file': async ({ institution, params }) => {
      const { storedFileId, fileName } = await record(institution.id, params.id);
      return storedFile(deps, institution.id, storedFileId, fileName);
    },
    'imports.changes': async ({ institution, params, query }) => {
      const { id } = await record(institution.id, params.id);
      const page = { after: integerCursor(query), limit: fetchLimit(query) };
      const changes = await listImportChanges(deps.db, institution.id, id, { outcome: query.outcome }, page);
      return pageOf(
        changes,
        query,
        (one) => one.row,
        (one) => one,
      );
    },
    'imports.receipt': async ({ institution, params }) => receipt(deps, await record(institution.id, params.id)),
    'imports.approve': async ({ institution, params, identity }) => {
      await approveHold(deps, identity.actor, institution.id, params.id as ImportId);
      return show(institution.id, params.id, identity.actor);
    },
    'imports.discard': async ({ institution, params, identity }) => {
      await discardHold(deps, identity.actor, institution.id, params.id as ImportId);
      return show(institution.id, params.id, identity.actor);
    },
    'imports.again': async ({ institution, params, body, identity }) => {
      const id = await importAgain(deps, identity.actor, institution.id, params.id as ImportId, body);
      return show(institution.id, id, identity.actor);
    },
    'imports.undo': async () => {
      throw notAvailable();
    },
  };
}

async function storedFile(
  deps: Pick<Deps, 'db' | 'files'>,
  institutionId: InstitutionId,
  id: StoredFileId,
  name: string,
): Promise<Download> {
  const file = await getStoredFile(deps.db, institutionId, id);
  if (!file) throw new Error('an import has a stored file that is not there');
  return { name, bytes: deps.files.stream(institutionId, file.key), size: file.size };
}

/** As it stands in outbox/; for what did not come by SFTP it is made now. */
async function receipt(deps: Pick<Deps, 'db' | 'files'>, record: ImportRecord): Promise<Record<string, unknown>> {
  const { institutionId, id, receiptFileId, errorFileId, fileName } = record;
  if (receiptFileId) {
    const { bytes } = await storedFile(deps, institutionId, receiptFileId, 'receipt.json');
    return JSON.parse(await text(bytes));
  }
  if (!isFinal(record.status)) throw noReceipt();
  const issues = await listIssues(deps.db, institutionId, id, {}, { after: null, limit: issuesInReceipt });
  return JSON.parse(receiptOf(record, issues, errorFileId ? outboxName(fileName, id, 'errors.csv') : null));
}

function noErrorFile(): AppError {
  return new AppError(
    'not-found',
    'no-error-file',
    'This import has no error file.',
    'There is one when rows were skipped or values dropped, as soon as the import is done.',
  );
}

function noReceipt(): AppError {
  return new AppError(
    'not-found',
    'no-receipt',
    'This import has no receipt yet.',
    'It is written when the import is done.',
  );
}

// Handlers of institutions, their overview and their fields.
// Invariant: who belongs to an institution sees that one only, in every list.

import { createInstitution, updateInstitution } from '../../accounts/create-institution.ts';
import type { Deps } from '../../deps.ts';
import type { Actor } from '../../domain/actor.ts';
import { customField, type Field, standardFields } from '../../domain/fields.ts';
import { missingRequiredFields } from '../../domain/mapping.ts';
import { createFeed } from '../../inbound/create-feed.ts';
import { createField } from '../../inbound/create-field.ts';
import { type CustomFieldRecord, listCustomFields } from '../../store/custom-fields.ts';
import { type InstitutionOverviewRecord, listInstitutionOverviews } from '../../store/institution-overviews.ts';
import { getInstitution, type InstitutionRecord, listInstitutionsAllInstitutions } from '../../store/institutions.ts';
import type { Handlers } from '../call.ts';
import { fetchLimit, idCursor, pageOf, shortList } from '../pages.ts';
import type { institutionRoutes } from '../table/institution-routes.ts';

export function institutionHandlers(deps: Deps): Handlers<typeof institutionRoutes> {
  const visible = (actor: Actor, query: { limit: number; cursor?: string | undefined }) =>
    visibleInstitutions(deps, actor, { before: idCursor(query), limit: fetchLimit(query) });
  return {
    'institutions.list': async ({ query, identity }) =>
      pageOf(await visible(identity.actor, query), query, (one) => one.id, institutionView),
    'institutions.create': async ({ body, identity: { actor } }) =>
      institutionView(
        await createInstitution(deps, actor, body, (tx, made) => createFeed(deps, tx, actor, made, 'SFTP inbound')),
      ),
    'institutions.show': async ({ institution }) => institutionView(institution),
    'institutions.update': async ({ institution, body, identity }) =>
      institutionView(await updateInstitution(deps, identity.actor, institution.id, body)),
    'institutions.overview': async ({ query, identity }) => {
      const institutions = await visible(identity.actor, query);
      const page = pageOf(
        institutions,
        query,
        (one) => one.id,
        (one) => one,
      );
      const facts = await listInstitutionOverviews(
        deps.db,
        page.items.map((one) => one.id),
      );
      const byId = new Map(page.items.map((one) => [one.id, one]));
      return { items: facts.flatMap((one) => overviewView(one, byId.get(one.institutionId))), next: page.next };
    },
    'fields.list': async ({ institution, query }) => {
      const custom = await listCustomFields(deps.db, institution.id);
      const fields = [...standardFields.map((field) => fieldView(field, null)), ...custom.map(customFieldView)];
      return shortList(fields, query);
    },
    'fields.create': async ({ institution, body, identity }) =>
      customFieldView(await createField(deps, identity.actor, institution.id, body)),
  };
}

async function visibleInstitutions(
  deps: Pick<Deps, 'db'>,
  actor: Actor,
  page: { before: string | null; limit: number },
): Promise<InstitutionRecord[]> {
  if (actor.role === 'operator') return listInstitutionsAllInstitutions(deps.db, page);
  const own = actor.institutionId && page.before === null ? await getInstitution(deps.db, actor.institutionId) : null;
  return own ? [own] : [];
}

function institutionView({ id, slug, name, timeZone, country, createdAt }: InstitutionRecord) {
  return { id, slug, name, timeZone, country, createdAt: createdAt.toISOString() };
}

function overviewView(facts: InstitutionOverviewRecord, institution: InstitutionRecord | undefined) {
  if (!institution) return [];
  const { feed, contacts, held, failedSinceLastSuccess, lastImport } = facts;
  return [
    {
      institution: institutionView(institution),
      feed: { id: feed.id, enabled: feed.enabled, missing: missingRequiredFields(feed.mapping) },
      contacts,
      held,
      failedSinceLastSuccess,
      lastImport: lastImport && { ...lastImport, at: lastImport.at.toISOString() },
    },
  ];
}

function fieldView(field: Field, id: string | null) {
  const { name, title, type, required, custom, description } = field;
  return { id, name, title, type, required, custom, options: [...field.options], description };
}

function customFieldView(record: CustomFieldRecord) {
  return fieldView(customField(record), record.id);
}

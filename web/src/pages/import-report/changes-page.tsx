// All changes of an import, created and updated contacts, with a filter in the address.

import { Group } from '@mantine/core';
import { useSuspenseQuery } from '@tanstack/react-query';
import { getRouteApi } from '@tanstack/react-router';
import { changesQuery, importQuery } from '../../api/imports.ts';
import { ButtonLink, TextLink } from '../../parts/link.tsx';
import { Page } from '../../parts/page.tsx';
import { Pager } from '../../parts/pager.tsx';
import { Section } from '../../parts/section.tsx';
import { number } from '../../words/numbers.ts';
import { ChangeList } from './change-list.tsx';

const route = getRouteApi('/shell/i/$institution/imports/$importId/changes');

export function ChangesPage() {
  const { institution: slug, importId } = route.useParams();
  const search = route.useSearch();
  const { data: item } = useSuspenseQuery(importQuery(importId));
  const { data } = useSuspenseQuery(changesQuery(importId, search, item.status));
  const { created, updated } = item.counts;
  const choices = [
    { outcome: undefined, label: `All ${number(created + updated)}` },
    { outcome: 'created' as const, label: `Created ${number(created)}` },
    { outcome: 'updated' as const, label: `Updated ${number(updated)}` },
  ];
  return (
    <Page
      title={item.dryRun ? 'What would change' : 'What changed'}
      lead={item.dryRun ? 'A rehearsal: no contact was changed.' : 'Each contact with its fields, old → new.'}
      back={
        <TextLink to="/i/$institution/imports/$importId" params={{ institution: slug, importId }}>
          Report of {item.fileName}
        </TextLink>
      }
    >
      <Section
        title="Contacts"
        flush
        actions={
          <Group gap={6} component="nav" aria-label="Which changes">
            {choices.map((choice) => (
              <ButtonLink
                key={choice.label}
                size="xs"
                variant={search.outcome === choice.outcome ? 'filled' : 'default'}
                aria-current={search.outcome === choice.outcome ? 'true' : undefined}
                to="."
                search={choice.outcome === undefined ? {} : { outcome: choice.outcome }}
              >
                {choice.label}
              </ButtonLink>
            ))}
          </Group>
        }
      >
        <ChangeList slug={slug} changes={data.items} linked={!item.dryRun} />
        <Pager next={data.next} cursor={search.cursor} />
      </Section>
    </Page>
  );
}

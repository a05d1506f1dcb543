// Import history: every file that reached this institution. Live while something runs.

import { useSuspenseQuery } from '@tanstack/react-query';
import { getRouteApi } from '@tanstack/react-router';
import { importsQuery } from '../../api/imports.ts';
import { institutionQuery } from '../../api/institutions.ts';
import { Empty } from '../../parts/empty.tsx';
import { ButtonLink } from '../../parts/link.tsx';
import { useCanEdit } from '../../parts/me.ts';
import { Page } from '../../parts/page.tsx';
import { Pager } from '../../parts/pager.tsx';
import { Section } from '../../parts/section.tsx';
import { FilterBar } from './filter-bar.tsx';
import { historyFilters, isFiltered } from './filters.ts';
import { ImportTable } from './import-table.tsx';

const route = getRouteApi('/shell/i/$institution/imports');

export function HistoryPage() {
  const { institution: slug } = route.useParams();
  const search = route.useSearch();
  const canEdit = useCanEdit();
  const { data: institution } = useSuspenseQuery(institutionQuery(slug));
  const { data } = useSuspenseQuery(importsQuery(slug, historyFilters(search, institution.timeZone)));
  return (
    <Page
      title="Import history"
      lead="Every file that came, what happened to it, and what to do."
      actions={
        canEdit && (
          <ButtonLink to="/i/$institution/upload" params={{ institution: slug }}>
            Upload a file
          </ButtonLink>
        )
      }
    >
      <Section title="Imports" flush plain>
        <FilterBar search={search} />
        <ImportTable
          slug={slug}
          imports={data.items}
          empty={
            isFiltered(search) ? (
              <Empty
                title="No import fits these filters"
                actions={
                  <ButtonLink variant="default" size="sm" to="." search={{}}>
                    Take the filters away
                  </ButtonLink>
                }
              />
            ) : (
              <Empty
                title="No file has come yet"
                actions={
                  <ButtonLink size="sm" to="/i/$institution/sftp" params={{ institution: slug }}>
                    Set up SFTP inbound
                  </ButtonLink>
                }
              >
                Files appear here a few seconds after they arrive by SFTP or are uploaded.
              </Empty>
            )
          }
        />
        <Pager next={data.next} cursor={search.cursor} />
      </Section>
    </Page>
  );
}

// Transfer history: every attempt to deliver a file. Live while something is being sent.

import { useSuspenseQuery } from '@tanstack/react-query';
import { getRouteApi } from '@tanstack/react-router';
import { destinationsQuery } from '../../api/destinations.ts';
import { transferDaysQuery, transfersQuery } from '../../api/transfers.ts';
import { Empty } from '../../parts/empty.tsx';
import { ButtonLink, TextLink } from '../../parts/link.tsx';
import { Page } from '../../parts/page.tsx';
import { Pager } from '../../parts/pager.tsx';
import { Section } from '../../parts/section.tsx';
import { DayChart } from './day-chart.tsx';
import { FilterBar } from './filter-bar.tsx';
import { isFiltered } from './filters.ts';
import { TransferTable } from './transfer-table.tsx';

const route = getRouteApi('/shell/i/$institution/transfers/');

export function TransfersPage() {
  const { institution: slug } = route.useParams();
  const search = route.useSearch();
  const { data: destinations } = useSuspenseQuery(destinationsQuery(slug));
  const { data } = useSuspenseQuery(transfersQuery(slug, search));
  const { data: days } = useSuspenseQuery(transferDaysQuery(slug));
  const filtered = isFiltered(search);
  const first = !filtered && search.cursor === undefined;
  return (
    <Page
      title="Transfer history"
      lead="Every attempt to deliver a file, what became of it, and what to do."
      back={
        <TextLink to="/i/$institution/destinations" params={{ institution: slug }}>
          SFTP data transfer
        </TextLink>
      }
    >
      {first && data.items.length > 0 && (
        <Section title="Rows a day">
          <DayChart days={days.days} />
        </Section>
      )}
      <Section title="Transfers" flush plain>
        <FilterBar search={search} destinations={destinations.items} />
        <TransferTable
          slug={slug}
          transfers={data.items}
          empty={
            filtered ? (
              <Empty
                title="No transfer fits these filters"
                actions={
                  <ButtonLink variant="default" size="sm" to="." search={{}}>
                    Take the filters away
                  </ButtonLink>
                }
              />
            ) : (
              <Empty
                title="Nothing has been sent yet"
                actions={
                  <ButtonLink size="sm" to="/i/$institution/destinations" params={{ institution: slug }}>
                    SFTP data transfer
                  </ButtonLink>
                }
              >
                Each attempt appears here: on schedule, by Run now, and again after a failure.
              </Empty>
            )
          }
        />
        <Pager next={data.next} cursor={search.cursor} />
      </Section>
    </Page>
  );
}

// SFTP data transfer: the destinations of an institution with their state in words, what is wrong with them, and the next run.

import { Stack } from '@mantine/core';
import { IconPlus } from '@tabler/icons-react';
import { useSuspenseQuery } from '@tanstack/react-query';
import { getRouteApi } from '@tanstack/react-router';
import { serverQuery } from '../../api/account.ts';
import { destinationsQuery } from '../../api/destinations.ts';
import { institutionQuery } from '../../api/institutions.ts';
import { transferDaysQuery, transfersQuery } from '../../api/transfers.ts';
import { Empty } from '../../parts/empty.tsx';
import { ButtonLink, TextLink } from '../../parts/link.tsx';
import { useCanEdit } from '../../parts/me.ts';
import { Page } from '../../parts/page.tsx';
import { Section } from '../../parts/section.tsx';
import { datasetChoices } from '../../words/destinations.ts';
import { DayChart } from '../transfers/day-chart.tsx';
import { TransferTable } from '../transfers/transfer-table.tsx';
import { DestinationTable } from './destination-table.tsx';
import { Issues } from './issues.tsx';
import { Prepare } from './prepare.tsx';

const route = getRouteApi('/shell/i/$institution/destinations');

export function DestinationsPage() {
  const { institution: slug } = route.useParams();
  const canEdit = useCanEdit();
  const { data: institution } = useSuspenseQuery(institutionQuery(slug));
  const { data: server } = useSuspenseQuery(serverQuery);
  const { data: destinations } = useSuspenseQuery(destinationsQuery(slug));
  const { data: recent } = useSuspenseQuery(transfersQuery(slug, {}, 5));
  const { data: days } = useSuspenseQuery(transferDaysQuery(slug));
  const none = destinations.items.length === 0;
  const free = datasetChoices.some(({ value }) => destinations.items.every((one) => one.dataset !== value));
  return (
    <Page
      title="SFTP data transfer"
      lead="Files that Causeway sends, on a schedule, to an SFTP server that you run. Each record is in exactly one delivered file."
      actions={
        canEdit &&
        free && (
          <ButtonLink
            variant={none ? 'filled' : 'default'}
            leftSection={<IconPlus size={18} aria-hidden />}
            to="/i/$institution/destinations/new"
            params={{ institution: slug }}
          >
            Set up
          </ButtonLink>
        )
      }
    >
      <Issues slug={slug} destinations={destinations.items} />
      {none ? (
        <Section title="Before you begin" lead="What your IT department prepares, and sends back to you.">
          <Prepare institution={institution.name} egressAddresses={server.egressAddresses} />
        </Section>
      ) : (
        <Section title="Destinations" flush plain>
          <DestinationTable slug={slug} destinations={destinations.items} />
        </Section>
      )}
      {(!none || recent.items.length > 0) && (
        <Stack gap="lg">
          {recent.items.length > 0 && (
            <Section title="Rows a day">
              <DayChart days={days.days} />
            </Section>
          )}
          <Section
            title="Last transfers"
            flush
            actions={
              <TextLink size="sm" to="/i/$institution/transfers" params={{ institution: slug }}>
                Transfer history
              </TextLink>
            }
          >
            <TransferTable
              slug={slug}
              transfers={recent.items}
              empty={<Empty title="Nothing has been sent yet">Each attempt appears here, with what happened.</Empty>}
            />
          </Section>
        </Stack>
      )}
    </Page>
  );
}

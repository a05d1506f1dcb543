// One destination: its state and what to do about it, the next file, the last transfers, its settings, fingerprints and keys.

import { Stack } from '@mantine/core';
import { useMutation, useSuspenseQuery } from '@tanstack/react-query';
import { getRouteApi, useNavigate } from '@tanstack/react-router';
import { useState } from 'react';
import { startProbe } from '../../api/destinations.ts';
import { transfersQuery } from '../../api/transfers.ts';
import { Empty } from '../../parts/empty.tsx';
import { TextLink } from '../../parts/link.tsx';
import { useCanEdit } from '../../parts/me.ts';
import { Page } from '../../parts/page.tsx';
import { notifyProblem } from '../../parts/problem.tsx';
import { Section } from '../../parts/section.tsx';
import { datasetLines } from '../../words/destinations.ts';
import { TransferTable } from '../transfers/transfer-table.tsx';
import { DeleteDestination } from './delete-destination.tsx';
import { FingerprintDialog } from './fingerprint-dialog.tsx';
import { Headline } from './headline.tsx';
import { HostKeys } from './host-keys.tsx';
import { Keys } from './keys.tsx';
import { NextFile } from './next-file.tsx';
import { Settings } from './settings.tsx';
import { useDestination } from './use-destination.ts';

const route = getRouteApi('/shell/i/$institution/destinations/$destinationId/');

export function DestinationPage() {
  const { institution: slug, destinationId } = route.useParams();
  const { ask } = route.useSearch();
  const canEdit = useCanEdit();
  const navigate = useNavigate();
  const { destination, place } = useDestination(slug, destinationId);
  const { data: recent } = useSuspenseQuery(transfersQuery(slug, { destination: destinationId }, 5));
  const [comparing, setComparing] = useState(canEdit && ask === 'fingerprint');
  const [goesOn, setGoesOn] = useState(true);
  const test = useMutation({
    mutationFn: () => startProbe(place, destination.status !== 'on'),
    onError: notifyProblem,
    meta: { shown: true },
    onSettled: () =>
      navigate({
        to: '/i/$institution/destinations/$destinationId/test',
        params: { institution: slug, destinationId },
      }),
  });
  const compare = (testAfterwards: boolean) => {
    setGoesOn(testAfterwards);
    setComparing(true);
  };
  return (
    <Page
      title={destination.name}
      lead={datasetLines[destination.dataset]}
      back={
        <TextLink to="/i/$institution/destinations" params={{ institution: slug }}>
          SFTP data transfer
        </TextLink>
      }
    >
      <Stack gap="lg">
        <Headline slug={slug} destination={destination} place={place} onCompare={() => compare(true)} />
        <NextFile slug={slug} destination={destination} />
        <Section
          title="Last transfers"
          flush
          actions={
            recent.items.length > 0 && (
              <TextLink
                size="sm"
                to="/i/$institution/transfers"
                params={{ institution: slug }}
                search={{ destination: destinationId }}
              >
                All of them
              </TextLink>
            )
          }
        >
          <TransferTable
            slug={slug}
            transfers={recent.items}
            empty={<Empty title="Nothing has been sent yet">Each attempt appears here, with what happened.</Empty>}
          />
        </Section>
        <Settings slug={slug} destination={destination} />
        <HostKeys destination={destination} place={place} onCompare={compare} />
        {destination.auth === 'key' && <Keys destination={destination} place={place} />}
        {canEdit && <DeleteDestination slug={slug} destination={destination} place={place} />}
      </Stack>
      <FingerprintDialog
        destination={destination}
        place={place}
        opened={comparing}
        onClose={() => setComparing(false)}
        goesOn={goesOn}
        onConfirmed={() => {
          if (goesOn) test.mutate();
        }}
      />
    </Page>
  );
}

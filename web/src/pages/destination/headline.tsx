// The state of a destination in words, what to do about it, the switch, the next run, and what can be started now.

import type { DestinationView } from '@api/destinations.ts';
import { Button, Group, Paper, Stack, Switch, Text } from '@mantine/core';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { useNavigate } from '@tanstack/react-router';
import { useState } from 'react';
import { type DestinationPlace, switchDestination } from '../../api/destinations.ts';
import { runTransfer, transferQuery } from '../../api/transfers.ts';
import { Confirm } from '../../parts/confirm.tsx';
import { Facts } from '../../parts/facts.tsx';
import { ButtonLink } from '../../parts/link.tsx';
import { useCanEdit } from '../../parts/me.ts';
import { ProblemAlert } from '../../parts/problem.tsx';
import { Time, useZone } from '../../parts/time.tsx';
import { remedyOf, startsFromWords } from '../../words/destinations.ts';
import { calendarDay, dayAndTime } from '../../words/time.ts';
import { DestinationState, LastTransfer } from '../destinations/destination-table.tsx';
import { RemedyLink } from '../destinations/issues.tsx';
import { FailureWords } from './failure-facts.tsx';
import { useDestinationChange } from './use-destination.ts';

type HeadlineProps = {
  slug: string;
  destination: DestinationView;
  place: DestinationPlace;
  onCompare: () => void;
};

export function Headline({ slug, destination, place, onCompare }: HeadlineProps) {
  const zone = useZone();
  const { nextRunAt, startsFrom, lastFailure } = destination;
  /** The failure below says the same with its remedy. */
  const repeats = lastFailure !== null && destination.message.endsWith(lastFailure.nextStep);
  return (
    <Paper component="section" aria-label="State">
      <Stack gap="lg">
        <Group justify="space-between" align="flex-start" gap="md">
          <Stack gap="sm" flex="1 1 22rem" miw={0} aria-live="polite">
            <Group gap="sm">
              <DestinationState destination={destination} large />
            </Group>
            {!repeats && <Text maw="48rem">{destination.message}</Text>}
          </Stack>
          <Actions slug={slug} destination={destination} place={place} />
        </Group>
        {lastFailure !== null && (
          <Issue slug={slug} destination={destination} failure={lastFailure} onCompare={onCompare} />
        )}
        <Facts
          facts={[
            {
              name: 'Next run',
              value:
                nextRunAt === null ? (
                  <span className="quiet">none while it is not on</span>
                ) : (
                  <>
                    <Time at={nextRunAt} /> <span className="quiet">({dayAndTime(nextRunAt, zone)})</span>
                  </>
                ),
            },
            { name: 'Last transfer', value: <LastTransfer slug={slug} destination={destination} /> },
            { name: 'The next file starts', value: startsFromWords(startsFrom, (iso) => calendarDay(iso, zone)) },
          ]}
        />
        <SendSwitch destination={destination} place={place} />
      </Stack>
    </Paper>
  );
}

type IssueProps = {
  slug: string;
  destination: DestinationView;
  failure: NonNullable<DestinationView['lastFailure']>;
  onCompare: () => void;
};

/** Configuration issues: the last failure, with its remedy. */
function Issue({ slug, destination, failure, onCompare }: IssueProps) {
  const canEdit = useCanEdit();
  const remedy = remedyOf(failure);
  return (
    <Stack gap={6} className="attention-back" p="md" style={{ borderRadius: 'var(--mantine-radius-md)' }}>
      <Text size="sm">
        Configuration issue, {failure.source === 'probe' ? 'found by a test' : 'found by a transfer'}{' '}
        <Time at={failure.at} />
      </Text>
      <FailureWords
        failure={failure}
        actions={
          canEdit ? (
            remedy === 'fingerprint' ? (
              <Button size="sm" onClick={onCompare}>
                Compare the fingerprint
              </Button>
            ) : (
              <RemedyLink slug={slug} destination={destination} remedy={remedy} />
            )
          ) : undefined
        }
      />
    </Stack>
  );
}

/** Run now and test. */
function Actions({ slug, destination, place }: Omit<HeadlineProps, 'onCompare'>) {
  const canEdit = useCanEdit();
  const navigate = useNavigate();
  const queries = useQueryClient();
  const run = useMutation({
    mutationFn: () => runTransfer(place),
    meta: { shown: true },
    onSuccess: async (begun) => {
      queries.setQueryData(transferQuery(begun.id).queryKey, begun);
      void queries.invalidateQueries({ queryKey: ['transfers', slug] });
      await navigate({
        to: '/i/$institution/transfers/$transferId',
        params: { institution: slug, transferId: begun.id },
      });
    },
  });
  if (!canEdit) return null;
  const on = destination.status === 'on';
  return (
    <Stack gap="sm" align="flex-end" className="no-print">
      <Group gap="xs">
        <ButtonLink
          variant={on ? 'default' : 'filled'}
          to="/i/$institution/destinations/$destinationId/test"
          params={{ institution: slug, destinationId: destination.id }}
        >
          {on ? 'Test' : 'Test and Save'}
        </ButtonLink>
        {on && (
          <Button
            variant={destination.state === 'On' ? 'filled' : 'default'}
            loading={run.isPending}
            onClick={() => run.mutate()}
          >
            Run now
          </Button>
        )}
      </Group>
      {run.isError && <ProblemAlert error={run.error} />}
    </Stack>
  );
}

function SendSwitch({ destination, place }: { destination: DestinationView; place: DestinationPlace }) {
  const canEdit = useCanEdit();
  const [stopping, setStopping] = useState(false);
  const turn = useDestinationChange(
    place.institution,
    (on: boolean) => switchDestination(place, on),
    () => setStopping(false),
  );
  if (!canEdit || destination.status === 'draft') return null;
  const on = destination.status === 'on';
  return (
    <Stack gap="xs">
      <Switch
        size="md"
        label="Send on schedule"
        description={on ? `It sends ${destination.schedule}.` : 'Nothing is sent while it is off.'}
        checked={on}
        disabled={turn.isPending}
        onChange={(event) => {
          if (event.currentTarget.checked) turn.mutate(true);
          else setStopping(true);
        }}
      />
      {turn.isError && !stopping && <ProblemAlert error={turn.error} />}
      <Confirm
        opened={stopping}
        onClose={() => setStopping(false)}
        title={`Switch ${destination.name} off?`}
        stops={
          <>
            <strong>Stops:</strong> sending, on schedule and by Run now; a transfer that is under way, too.
          </>
        }
        stays={
          <>
            <strong>Stays:</strong> everything else. When it is on again, it goes on where it was: what is new by then
            is in the next file.
          </>
        }
        action="Switch off"
        busy={turn.isPending}
        error={turn.error}
        onConfirm={() => turn.mutate(false)}
      />
    </Stack>
  );
}

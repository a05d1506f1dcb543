// Configuration issues: the last failure of each destination that has one, one click from its remedy.

import type { DestinationView } from '@api/destinations.ts';
import { Group, Paper, Stack, Text, Title } from '@mantine/core';
import { ButtonLink, TextLink } from '../../parts/link.tsx';
import { useCanEdit } from '../../parts/me.ts';
import { Time } from '../../parts/time.tsx';
import { type Remedy, remedyOf, remedyOfState, remedyWords } from '../../words/destinations.ts';
import { DestinationState } from './destination-table.tsx';

export function Issues({ slug, destinations }: { slug: string; destinations: DestinationView[] }) {
  const broken = destinations.filter((destination) => destination.lastFailure !== null);
  if (broken.length === 0) return null;
  return (
    <Paper component="section" aria-label="Configuration issues" p={0} style={{ overflow: 'hidden' }}>
      <Stack gap={0} className="attention-back" pb="xs">
        <Title order={2} px="lg" pt="md" pb="xs">
          Configuration issues
        </Title>
        {broken.map((destination) => (
          <DestinationIssue key={destination.id} slug={slug} destination={destination} />
        ))}
      </Stack>
    </Paper>
  );
}

/** What a destination waits for: its last failure, or what its set-up still needs. Also on the overview. */
export function DestinationIssue({ slug, destination }: { slug: string; destination: DestinationView }) {
  const canEdit = useCanEdit();
  const { lastFailure } = destination;
  return (
    <Group px="lg" py="sm" justify="space-between" gap="md">
      <Stack gap={4} flex="1 1 18rem" miw={0}>
        <Group gap="xs">
          <TextLink
            to="/i/$institution/destinations/$destinationId"
            params={{ institution: slug, destinationId: destination.id }}
            fw={600}
            c="bright"
            className="cut"
          >
            {destination.name}
          </TextLink>
          <DestinationState destination={destination} />
          {lastFailure !== null && (
            <Text size="sm" component="span">
              {lastFailure.source === 'probe' ? 'test' : 'transfer'} <Time at={lastFailure.at} />
            </Text>
          )}
        </Group>
        {lastFailure === null ? (
          <Text size="sm">{destination.message}</Text>
        ) : (
          <>
            <Text size="sm" fw={600}>
              {lastFailure.headline}
            </Text>
            <Text size="sm">{lastFailure.nextStep}</Text>
          </>
        )}
      </Stack>
      {canEdit && (
        <RemedyLink
          slug={slug}
          destination={destination}
          remedy={lastFailure === null ? remedyOfState(destination) : remedyOf(lastFailure)}
        />
      )}
    </Group>
  );
}

type RemedyLinkProps = { slug: string; destination: DestinationView; remedy: Remedy };

export function RemedyLink({ slug, destination, remedy }: RemedyLinkProps) {
  const params = { institution: slug, destinationId: destination.id };
  const text = remedy === 'test' && destination.status === 'on' ? 'Test again' : remedyWords[remedy];
  const words = { children: text, 'aria-label': `${text}: ${destination.name}` };
  if (remedy === 'fingerprint')
    return (
      <ButtonLink
        size="sm"
        to="/i/$institution/destinations/$destinationId"
        params={params}
        search={{ ask: 'fingerprint' }}
        {...words}
      />
    );
  if (remedy === 'test')
    return <ButtonLink size="sm" to="/i/$institution/destinations/$destinationId/test" params={params} {...words} />;
  return (
    <ButtonLink
      size="sm"
      to="/i/$institution/destinations/$destinationId/edit"
      params={params}
      search={{ part: 'server' }}
      {...words}
    />
  );
}

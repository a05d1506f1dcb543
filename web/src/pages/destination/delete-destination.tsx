// Deleting a destination: says what stops and what stays, and asks once.

import type { DestinationView } from '@api/destinations.ts';
import { Button, Group, Text } from '@mantine/core';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { useNavigate } from '@tanstack/react-router';
import { useState } from 'react';
import { type DestinationPlace, deleteDestination, destinationsQuery } from '../../api/destinations.ts';
import { Confirm } from '../../parts/confirm.tsx';
import { notifyDone } from '../../parts/problem.tsx';
import { Section } from '../../parts/section.tsx';
import { datasetWords } from '../../words/destinations.ts';

type DeleteProps = { slug: string; destination: DestinationView; place: DestinationPlace };

export function DeleteDestination({ slug, destination, place }: DeleteProps) {
  const navigate = useNavigate();
  const queries = useQueryClient();
  const [asking, setAsking] = useState(false);
  const remove = useMutation({
    mutationFn: () => deleteDestination(place),
    meta: { shown: true },
    onSuccess: async () => {
      setAsking(false);
      queries.setQueryData(destinationsQuery(slug).queryKey, (list) =>
        list === undefined ? undefined : { ...list, items: list.items.filter((one) => one.id !== place.id) },
      );
      await navigate({ to: '/i/$institution/destinations', params: { institution: slug } });
      void queries.invalidateQueries({ queryKey: destinationsQuery(slug).queryKey });
      queries.removeQueries({ queryKey: ['destination', slug, place.id] });
      notifyDone(`${destination.name} was deleted. Its history stays.`);
    },
  });
  return (
    <Section title="Delete">
      <Group justify="space-between" gap="md">
        <Text size="sm" flex="1 1 20rem">
          Ends it at once. The history stays, and one that is made anew goes on where this one was.
        </Text>
        <Button variant="default" className="bad" onClick={() => setAsking(true)}>
          Delete
        </Button>
      </Group>
      <Confirm
        opened={asking}
        onClose={() => setAsking(false)}
        title={`Delete ${destination.name}?`}
        stops={
          <>
            <strong>Stops:</strong> sending, at once, also a transfer that is under way. The password or the key pair
            and the confirmed fingerprints are gone.
          </>
        }
        stays={
          <>
            <strong>Stays:</strong> the history with its files, the {datasetWords[destination.dataset].toLowerCase()},
            and the place up to which they were delivered. The files on your server are not touched.
          </>
        }
        action="Delete"
        busy={remove.isPending}
        error={remove.error}
        onConfirm={() => remove.mutate()}
      />
    </Section>
  );
}

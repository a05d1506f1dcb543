// The end of a form of a destination: back to where it was, and save; in a set-up, save and go on.

import type { DestinationView } from '@api/destinations.ts';
import { Button, Group } from '@mantine/core';
import type { DestinationPlace } from '../../api/destinations.ts';
import { ButtonLink } from '../../parts/link.tsx';

/** What each form of a part gets. */
export type EditProps = {
  slug: string;
  destination: DestinationView;
  place: DestinationPlace;
  draft: boolean;
  onSaved: (fresh: DestinationView) => void;
};

export function FormButtons({ slug, destination, draft, busy }: EditProps & { busy: boolean }) {
  return (
    <Group justify="flex-end">
      <ButtonLink
        variant="default"
        to="/i/$institution/destinations/$destinationId"
        params={{ institution: slug, destinationId: destination.id }}
      >
        {draft ? 'Go on later' : 'Cancel'}
      </ButtonLink>
      <Button type="submit" loading={busy}>
        {draft ? 'Save and go on' : 'Save'}
      </Button>
    </Group>
  );
}

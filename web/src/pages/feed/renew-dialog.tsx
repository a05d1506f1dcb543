// Making new credentials: what stops, what stays, and how long the old password may go on.

import type { Feed } from '@api/feeds.ts';
import { Select } from '@mantine/core';
import { useState } from 'react';
import { type FeedPlace, renewFeed } from '../../api/feeds.ts';
import { Confirm } from '../../parts/confirm.tsx';
import { useFeedChange } from '../../parts/feed.ts';
import { notifyDone } from '../../parts/problem.tsx';

const overlaps = [
  { value: '0', label: 'Ends at once' },
  { value: '1', label: 'Works for 1 more hour' },
  { value: '24', label: 'Works for 24 more hours' },
  { value: '72', label: 'Works for 3 more days' },
  { value: '168', label: 'Works for a week more' },
  { value: '720', label: 'Works for 30 more days' },
];

type RenewDialogProps = {
  feed: Feed;
  place: FeedPlace;
  opened: boolean;
  onClose: () => void;
  onRenewed: () => void;
};

export function RenewDialog({ feed, place, opened, onClose, onRenewed }: RenewDialogProps) {
  const [hours, setHours] = useState('0');
  const renew = useFeedChange(
    place,
    (overlap: number) => renewFeed(place, overlap),
    () => {
      onClose();
      onRenewed();
      notifyDone('There is a new password. Give it to whoever runs the sending system.');
    },
  );
  return (
    <Confirm
      opened={opened}
      onClose={onClose}
      title="Make new credentials?"
      stops={
        hours === '0' ? (
          <>
            <strong>Stops:</strong> the present password, at once. Sessions that are open now are ended. The sending
            system cannot log in with a password until it has the new one.
          </>
        ) : (
          <>
            <strong>Stops:</strong> the present password, after the time that you choose. Until then both work.
          </>
        )
      }
      stays={
        <>
          <strong>Stays:</strong> the user name <strong>{feed.username}</strong>
          {feed.publicKeys.length > 0 && ', the public keys'}, the mapping, the contacts and the history.
        </>
      }
      action="Make new credentials"
      busy={renew.isPending}
      error={renew.error}
      onConfirm={() => renew.mutate(Number(hours))}
    >
      <Select
        label="The present password"
        data={overlaps}
        value={hours}
        onChange={(value) => setHours(value ?? '0')}
        allowDeselect={false}
      />
    </Confirm>
  );
}

// Delete & regenerate: a new key pair, with or without an overlap in which the old one still serves; then its public half.

import type { DestinationView } from '@api/destinations.ts';
import { Radio, Stack } from '@mantine/core';
import { useState } from 'react';
import { type DestinationPlace, type KeyType, regenerateKey } from '../../api/destinations.ts';
import { Confirm } from '../../parts/confirm.tsx';
import { PublicKeyDialog } from './public-key-dialog.tsx';
import { KeyTypeField } from './server-fields.tsx';
import { useDestinationChange } from './use-destination.ts';

type RegenerateDialogProps = {
  destination: DestinationView;
  place: DestinationPlace;
  opened: boolean;
  onClose: () => void;
  onDone: () => void;
};

export function RegenerateDialog({ destination, place, opened, onClose, onDone }: RegenerateDialogProps) {
  const hasKey = destination.auth === 'key' && destination.keys.some((key) => key.state === 'current');
  const [type, setType] = useState<KeyType>('ssh-ed25519');
  const [atOnce, setAtOnce] = useState(false);
  const [shown, setShown] = useState<{ publicKey: string; beside: boolean } | null>(null);
  const make = useDestinationChange(
    place.institution,
    (request: { type: KeyType; atOnce: boolean }) => regenerateKey(place, request),
    (fresh) => {
      onClose();
      if (fresh.publicKey === undefined) onDone();
      else setShown({ publicKey: fresh.publicKey, beside: fresh.keys.some((key) => key.state === 'next') });
    },
  );
  return (
    <>
      <Confirm
        opened={opened}
        onClose={onClose}
        title={hasKey ? 'Delete & regenerate the key pair?' : 'Log in with a key pair?'}
        stops={
          hasKey && !atOnce ? (
            <>
              <strong>Stops:</strong> nothing yet. The present key serves until the new one has worked, 14 days at most.
            </>
          ) : (
            <>
              <strong>Stops:</strong> {hasKey ? 'the present key' : 'the password'}, at once. Nothing is sent until the
              new public key is installed and a test has passed.
            </>
          )
        }
        stays={
          <>
            <strong>Stays:</strong> the server, its confirmed fingerprints, the schedule and the history. You get the
            new public key to pass on to your IT department.
          </>
        }
        action={hasKey ? 'Delete & regenerate' : 'Make a key pair'}
        danger={atOnce || !hasKey}
        busy={make.isPending}
        error={make.error}
        onConfirm={() => make.mutate({ type, atOnce })}
      >
        <Stack gap="md">
          {hasKey && (
            <Radio.Group
              label="The present key"
              value={atOnce ? 'now' : 'overlap'}
              onChange={(value) => setAtOnce(value === 'now')}
            >
              <Stack gap="xs" mt={6}>
                <Radio
                  value="overlap"
                  label="Serves until the new one has worked"
                  description="No file is missed while your IT department installs the new one."
                />
                <Radio value="now" label="Ends at once" description="When somebody may have got hold of it." />
              </Stack>
            </Radio.Group>
          )}
          <KeyTypeField value={type} onChange={setType} />
        </Stack>
      </Confirm>
      {shown !== null && (
        <PublicKeyDialog
          destination={destination}
          publicKey={shown.publicKey}
          action="Close"
          {...(shown.beside ? { note: 'The old key goes on serving until this one has worked, 14 days at most.' } : {})}
          onClose={() => {
            setShown(null);
            onDone();
          }}
        />
      )}
    </>
  );
}

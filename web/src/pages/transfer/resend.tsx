// Sending a delivered window again, byte for byte. Says what that means at the other end.

import type { TransferView } from '@api/transfers.ts';
import { Button } from '@mantine/core';
import { IconRepeat } from '@tabler/icons-react';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { useNavigate } from '@tanstack/react-router';
import { useState } from 'react';
import { resendTransfer, transferQuery } from '../../api/transfers.ts';
import { Confirm } from '../../parts/confirm.tsx';
import { notifyDone } from '../../parts/problem.tsx';

export function Resend({ slug, transfer }: { slug: string; transfer: TransferView }) {
  const navigate = useNavigate();
  const queries = useQueryClient();
  const [asking, setAsking] = useState(false);
  const resend = useMutation({
    mutationFn: () => resendTransfer(transfer.id),
    meta: { shown: true },
    onSuccess: async (begun) => {
      setAsking(false);
      queries.setQueryData(transferQuery(begun.id).queryKey, begun);
      void queries.invalidateQueries({ queryKey: ['transfers', slug] });
      notifyDone('Started. This is the page of the new transfer.');
      await navigate({
        to: '/i/$institution/transfers/$transferId',
        params: { institution: slug, transferId: begun.id },
      });
    },
  });
  return (
    <>
      <Button variant="default" leftSection={<IconRepeat size={18} aria-hidden />} onClick={() => setAsking(true)}>
        Send again
      </Button>
      <Confirm
        opened={asking}
        onClose={() => setAsking(false)}
        title="Send this file again?"
        danger={false}
        stops={
          <>
            <strong>Happens:</strong> the same file is sent once more, byte for byte, to the present destination. It has
            the same name: a file of that name is replaced. A system that imports it sees these rows a second time.
          </>
        }
        stays={
          <>
            <strong>Stays:</strong> the schedule, and where the next file starts.
          </>
        }
        action="Send again"
        busy={resend.isPending}
        error={resend.error}
        onConfirm={() => resend.mutate()}
      />
    </>
  );
}

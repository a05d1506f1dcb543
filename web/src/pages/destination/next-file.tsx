// What the next file would hold, and the same file by hand: without moving anything, or marking what was exported.

import type { DestinationView } from '@api/destinations.ts';
import { Button, Text } from '@mantine/core';
import { IconDownload } from '@tabler/icons-react';
import { useMutation } from '@tanstack/react-query';
import { useState } from 'react';
import { downloadNowUrl, exportAndMark } from '../../api/transfers.ts';
import { Confirm } from '../../parts/confirm.tsx';
import { useCanEdit } from '../../parts/me.ts';
import { Section } from '../../parts/section.tsx';
import { Preview } from './preview.tsx';

export function NextFile({ slug, destination }: { slug: string; destination: DestinationView }) {
  const canEdit = useCanEdit();
  const [marking, setMarking] = useState(false);
  const marked = useMutation({
    mutationFn: () => exportAndMark(slug, destination.dataset),
    meta: { shown: true },
    onSuccess: () => setMarking(false),
  });
  const marks = canEdit && destination.dataset === 'connections';
  return (
    <Section
      title="The next file"
      actions={
        <>
          <Button
            component="a"
            href={downloadNowUrl(slug, destination.dataset)}
            download
            variant="default"
            size="sm"
            leftSection={<IconDownload size={16} aria-hidden />}
          >
            Download now
          </Button>
          {marks && (
            <Button variant="default" size="sm" onClick={() => setMarking(true)}>
              Export and mark
            </Button>
          )}
        </>
      }
    >
      <Text size="sm" c="dimmed">
        <strong>Download now</strong> gives you what the next file would hold. Nothing is sent, and nothing moves: the
        next transfer sends the same records.
        {marks && (
          <>
            {' '}
            <strong>Export and mark</strong> also notes today as the date of “connections last exported”.
          </>
        )}
      </Text>
      <Preview slug={slug} destination={destination} />
      <Confirm
        opened={marking}
        onClose={() => setMarking(false)}
        title="Export and mark?"
        danger={false}
        stops={
          <>
            <strong>Changes:</strong> the date of “connections last exported” becomes today. A first transfer starts
            there.
          </>
        }
        stays={
          <>
            <strong>Stays:</strong> where the transfers are. Once a file was delivered, the next one starts there,
            whatever this date is.
          </>
        }
        action="Download and mark"
        busy={marked.isPending}
        error={marked.error}
        onConfirm={() => marked.mutate()}
      />
    </Section>
  );
}

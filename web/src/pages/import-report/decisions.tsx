// What a person may do with an import now: approve or discard a held one, import again, run what was rehearsed.

import type { ImportView } from '@api/imports.ts';
import { Button, Group, Stack, Text } from '@mantine/core';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { useNavigate } from '@tanstack/react-router';
import { useState } from 'react';
import { approveImport, discardImport, importAgain, importQuery } from '../../api/imports.ts';
import { Confirm } from '../../parts/confirm.tsx';
import { notifyDone, ProblemAlert } from '../../parts/problem.tsx';

export function Decisions({ slug, item }: { slug: string; item: ImportView }) {
  const queries = useQueryClient();
  const navigate = useNavigate();
  const [discarding, setDiscarding] = useState(false);
  const renewed = (fresh: ImportView) => {
    queries.setQueryData(importQuery(item.id).queryKey, fresh);
    void queries.invalidateQueries({ queryKey: ['imports', slug] });
    void queries.invalidateQueries({ queryKey: ['overview'] });
  };
  const approve = useMutation({
    mutationFn: () => approveImport(item.id),
    meta: { shown: true },
    onSuccess: renewed,
  });
  const discard = useMutation({
    mutationFn: () => discardImport(item.id),
    meta: { shown: true },
    onSuccess: (fresh) => {
      renewed(fresh);
      setDiscarding(false);
    },
  });
  const again = useMutation({
    mutationFn: (options: { dryRun: boolean; sameMapping: boolean }) => importAgain(item.id, options),
    meta: { shown: true },
    onSuccess: async (started) => {
      void queries.invalidateQueries({ queryKey: ['imports', slug] });
      notifyDone('Started. This is the report of the new import.');
      await navigate({
        to: '/i/$institution/imports/$importId',
        params: { institution: slug, importId: started.id },
      });
    },
  });
  const may = (action: ImportView['actions'][number]) => item.actions.includes(action);
  const failure = approve.error ?? again.error;
  if (item.actions.length === 0) return null;
  return (
    <Stack gap="sm" className="no-print">
      {may('approve') && (
        <Text size="sm" maw="48rem">
          <strong>Approve</strong> imports it now, compared with today’s contacts. <strong>Discard</strong> leaves all
          contacts as they are; the file and this report stay.
        </Text>
      )}
      <Group gap="xs">
        {may('approve') && (
          <Button variant="default" loading={approve.isPending} onClick={() => approve.mutate()}>
            Approve and import
          </Button>
        )}
        {may('discard') && (
          <Button variant="default" onClick={() => setDiscarding(true)}>
            Discard
          </Button>
        )}
        {may('again') && item.dryRun && item.status === 'succeeded' && (
          <Button loading={again.isPending} onClick={() => again.mutate({ dryRun: false, sameMapping: true })}>
            Import it now
          </Button>
        )}
        {may('again') && !item.dryRun && (
          <Button
            variant="default"
            loading={again.isPending}
            onClick={() => again.mutate({ dryRun: false, sameMapping: false })}
          >
            Import again
          </Button>
        )}
      </Group>
      {may('again') && !item.dryRun && !may('approve') && (
        <Text size="sm" c="dimmed">
          Import again takes the same file under today’s mapping: for after the mapping was mended.
        </Text>
      )}
      {failure !== null && <ProblemAlert error={failure} />}
      <Confirm
        opened={discarding}
        onClose={() => setDiscarding(false)}
        title={`Discard ${item.fileName}?`}
        stops={
          <>
            <strong>Stops:</strong> this import. Nothing of the file reaches the contacts.
          </>
        }
        stays={
          <>
            <strong>Stays:</strong> the file and this report. The sender can send a corrected file at any time.
          </>
        }
        action="Discard"
        busy={discard.isPending}
        error={discard.error}
        onConfirm={() => discard.mutate()}
      />
    </Stack>
  );
}

// The filters of the history. They live in the address: a filtered list can be sent to a colleague.

import { Button, Group, Select, TextInput } from '@mantine/core';
import { useNavigate } from '@tanstack/react-router';
import { useEffect, useState } from 'react';
import { ButtonLink } from '../../parts/link.tsx';
import { oneOf } from '../../routes/search.ts';
import { importStatusChoices, sourceChoices } from '../../words/states.ts';
import { type HistorySearch, isFiltered } from './filters.ts';

export function FilterBar({ search }: { search: HistorySearch }) {
  const navigate = useNavigate();
  const [file, setFile] = useState(search.file ?? '');
  useEffect(() => setFile(search.file ?? ''), [search.file]);
  const filter = (change: HistorySearch) =>
    void navigate({ to: '.', search: { ...search, ...change, cursor: undefined } });
  return (
    <form
      aria-label="Filters"
      onSubmit={(event) => {
        event.preventDefault();
        filter({ file: file.trim() === '' ? undefined : file.trim() });
      }}
    >
      <Group gap="sm" px="lg" py="md" align="flex-end">
        <Select
          label="State"
          size="sm"
          w={150}
          placeholder="Any"
          clearable
          clearButtonProps={{ 'aria-label': 'Any state' }}
          data={importStatusChoices}
          value={search.status ?? null}
          onChange={(value) =>
            filter({
              status: oneOf(
                value,
                importStatusChoices.map((choice) => choice.value),
              ),
            })
          }
        />
        <Select
          label="Source"
          size="sm"
          w={120}
          placeholder="Any"
          clearable
          clearButtonProps={{ 'aria-label': 'Any source' }}
          data={sourceChoices}
          value={search.source ?? null}
          onChange={(value) =>
            filter({
              source: oneOf(
                value,
                sourceChoices.map((choice) => choice.value),
              ),
            })
          }
        />
        <TextInput
          label="File name"
          size="sm"
          w={160}
          placeholder="roster.csv"
          value={file}
          onChange={(event) => setFile(event.currentTarget.value)}
          onBlur={() => {
            if (file.trim() !== (search.file ?? '')) filter({ file: file.trim() === '' ? undefined : file.trim() });
          }}
        />
        <TextInput
          label="From"
          type="date"
          size="sm"
          w={150}
          value={search.from ?? ''}
          onChange={(event) => filter({ from: event.currentTarget.value || undefined })}
        />
        <TextInput
          label="To"
          type="date"
          size="sm"
          w={150}
          value={search.to ?? ''}
          onChange={(event) => filter({ to: event.currentTarget.value || undefined })}
        />
        <Button type="submit" variant="default" size="sm">
          Filter
        </Button>
        {isFiltered(search) && (
          <ButtonLink variant="subtle" size="sm" px="xs" to="." search={{}}>
            Take all away
          </ButtonLink>
        )}
      </Group>
    </form>
  );
}

// The filters of the transfer history. They live in the address: a filtered list can be sent to a colleague.

import type { DestinationView } from '@api/destinations.ts';
import { Group, Select } from '@mantine/core';
import { useNavigate } from '@tanstack/react-router';
import { ButtonLink } from '../../parts/link.tsx';
import { oneOf } from '../../routes/search.ts';
import { datasetChoices } from '../../words/destinations.ts';
import { transferStatusChoices, triggerChoices } from '../../words/transfers.ts';
import { isFiltered, type TransferSearch } from './filters.ts';

type FilterBarProps = { search: TransferSearch; destinations: DestinationView[] };

export function FilterBar({ search, destinations }: FilterBarProps) {
  const navigate = useNavigate();
  const filter = (change: TransferSearch) =>
    void navigate({ to: '.', search: { ...search, ...change, cursor: undefined } });
  const known = destinations.map((destination) => ({ value: destination.id, label: destination.name }));
  const gone = search.destination !== undefined && known.every(({ value }) => value !== search.destination);
  return (
    <Group gap="sm" px="lg" py="md" align="flex-end" role="group" aria-label="Filters">
      <Choice
        label="State"
        data={transferStatusChoices}
        value={search.status}
        onChange={(status) => filter({ status })}
      />
      <Choice
        label="Started"
        data={triggerChoices}
        value={search.trigger}
        onChange={(trigger) => filter({ trigger })}
      />
      <Choice label="Data" data={datasetChoices} value={search.dataset} onChange={(dataset) => filter({ dataset })} />
      {(known.length > 1 || search.destination !== undefined) && (
        <Choice
          label="Destination"
          data={gone ? [...known, { value: search.destination ?? '', label: 'One that is deleted' }] : known}
          value={search.destination}
          onChange={(destination) => filter({ destination })}
        />
      )}
      {isFiltered(search) && (
        <ButtonLink variant="subtle" size="sm" px="xs" to="." search={{}}>
          Take all away
        </ButtonLink>
      )}
    </Group>
  );
}

type ChoiceProps<Value extends string> = {
  label: string;
  data: readonly { value: Value; label: string }[];
  value: Value | undefined;
  onChange: (value: Value | undefined) => void;
};

function Choice<Value extends string>({ label, data, value, onChange }: ChoiceProps<Value>) {
  return (
    <Select
      label={label}
      size="sm"
      w={165}
      placeholder="Any"
      clearable
      clearButtonProps={{ 'aria-label': `Any ${label.toLowerCase()}` }}
      data={[...data]}
      value={value ?? null}
      onChange={(chosen) =>
        onChange(
          oneOf(
            chosen,
            data.map((one) => one.value),
          ),
        )
      }
    />
  );
}

// What is sent, under which name people know it, and from when on the first file reaches.

import { Stack } from '@mantine/core';
import { useForm } from '@mantine/form';
import { updateDestination } from '../../api/destinations.ts';
import { withFieldErrors } from '../../parts/form.ts';
import { ProblemAlert } from '../../parts/problem.tsx';
import { datasetWords } from '../../words/destinations.ts';
import { notBlank } from '../../words/rules.ts';
import { type EditProps, FormButtons } from './form-buttons.tsx';
import { useDestinationChange } from './use-destination.ts';
import { NameField, SinceField } from './what-fields.tsx';

export function EditWhat(props: EditProps) {
  const { slug, destination, place, onSaved } = props;
  const form = useForm({
    initialValues: { name: destination.name, since: destination.since ?? '' },
    validate: { name: notBlank },
  });
  const save = useDestinationChange(
    slug,
    (values: typeof form.values) =>
      updateDestination(place, { name: values.name, since: values.since === '' ? null : values.since }),
    onSaved,
  );
  return (
    <form
      onSubmit={form.onSubmit((values) => save.mutate(values, { onError: (error) => withFieldErrors(form, error) }))}
    >
      <Stack gap="md">
        {save.isError && <ProblemAlert error={save.error} />}
        <NameField
          {...form.getInputProps('name')}
          description={`It sends ${datasetWords[destination.dataset].toLowerCase()}. To send something else, set up another one.`}
        />
        <SinceField
          dataset={destination.dataset}
          started={destination.startsFrom.kind === 'watermark'}
          {...form.getInputProps('since')}
        />
        <FormButtons {...props} busy={save.isPending} />
      </Stack>
    </form>
  );
}

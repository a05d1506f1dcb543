// When files are sent.

import { Stack } from '@mantine/core';
import { useState } from 'react';
import { updateDestination } from '../../api/destinations.ts';
import { ProblemAlert } from '../../parts/problem.tsx';
import { frequencyOf, type ScheduleChoice, scheduleChoice } from '../../words/schedule.ts';
import { type EditProps, FormButtons } from './form-buttons.tsx';
import { ScheduleFields } from './schedule-fields.tsx';
import { useDestinationChange } from './use-destination.ts';

export function EditSchedule(props: EditProps) {
  const { slug, destination, place, onSaved } = props;
  const [choice, setChoice] = useState(() => scheduleChoice(destination.frequency, destination.at));
  const save = useDestinationChange(
    slug,
    (values: ScheduleChoice) => updateDestination(place, { frequency: frequencyOf(values), at: values.at }),
    onSaved,
  );
  return (
    <form
      onSubmit={(event) => {
        event.preventDefault();
        if (choice.at !== '') save.mutate(choice);
      }}
    >
      <Stack gap="md">
        {save.isError && <ProblemAlert error={save.error} />}
        <ScheduleFields value={choice} onChange={setChoice} />
        <FormButtons {...props} busy={save.isPending} />
      </Stack>
    </form>
  );
}

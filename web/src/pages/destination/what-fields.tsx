// Inputs that the set-up and the change of a destination share: its name, and the day from which the first file reaches.

import { TextInput, type TextInputProps } from '@mantine/core';
import type { DatasetName } from '../../words/destinations.ts';

export function NameField(props: TextInputProps) {
  return <TextInput label="Name" required maw={420} autoComplete="off" {...props} />;
}

/** `started`: a file was delivered or found empty before, so the day counts no more. */
export function SinceField({
  dataset,
  started,
  ...props
}: TextInputProps & { dataset: DatasetName; started: boolean }) {
  const usual =
    dataset === 'connections'
      ? 'Leave it empty to start at the date of “connections last exported”, or at the beginning where none is set.'
      : 'Leave it empty to send all contacts once.';
  return (
    <TextInput
      label="The first file starts at"
      type="date"
      maw={420}
      styles={{ input: { maxWidth: 200 } }}
      description={
        started
          ? 'No longer used: each file starts where the last delivered one ended.'
          : `${usual} Later files start where the last delivered one ended.`
      }
      disabled={started}
      {...props}
    />
  );
}

// How the file looks, with a preview of the first rows as they would be sent now.

import { Paper, Stack, Title } from '@mantine/core';
import { useForm } from '@mantine/form';
import { useSuspenseQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { updateDestination } from '../../api/destinations.ts';
import { fieldsQuery } from '../../api/institutions.ts';
import { withFieldErrors } from '../../parts/form.ts';
import { ProblemAlert } from '../../parts/problem.tsx';
import { columnDraft, columnsOf, columnsProblem, columnTitle, connectionColumns } from '../../words/file-options.ts';
import { notBlank } from '../../words/rules.ts';
import { ColumnList } from './column-list.tsx';
import { FileFields, type FileValues } from './file-form.tsx';
import { type EditProps, FormButtons } from './form-buttons.tsx';
import { Preview } from './preview.tsx';
import { useDestinationChange } from './use-destination.ts';

export function EditFile(props: EditProps) {
  const { slug, destination, place, onSaved } = props;
  const { data: fields } = useSuspenseQuery(fieldsQuery(slug));
  const known = destination.dataset === 'connections' ? connectionColumns : fields.items.map((field) => field.name);
  const { columns: saved, pgpKey, ...file } = destination.file;
  const [columns, setColumns] = useState(() => columnDraft(saved, known));
  const form = useForm<FileValues>({
    initialValues: { file: { ...file, pgpKey: pgpKey ?? '' } },
    validate: { file: { nameTemplate: notBlank } },
  });
  const save = useDestinationChange(
    slug,
    (values: FileValues) =>
      updateDestination(place, {
        file: {
          ...values.file,
          pgpKey: values.file.pgpKey.trim() === '' ? null : values.file.pgpKey,
          columns: columnsOf(columns, known),
        },
      }),
    onSaved,
  );
  const problem = columnsProblem(columns);
  return (
    <form
      onSubmit={form.onSubmit((values) => {
        if (problem === null) save.mutate(values, { onError: (error) => withFieldErrors(form, error) });
      })}
    >
      <Stack gap="lg">
        <FileFields
          form={form}
          slug={slug}
          dataset={destination.dataset}
          columns={
            <ColumnList
              columns={columns}
              onChange={setColumns}
              known={known}
              title={(field) => columnTitle(field, destination.dataset === 'contacts' ? fields.items : [])}
              problem={problem}
            />
          }
        />
        <Paper p="md">
          <Stack gap="sm">
            <Title order={2}>Preview, as it is saved now</Title>
            <Preview slug={slug} destination={destination} />
          </Stack>
        </Paper>
        {save.isError && <ProblemAlert error={save.error} />}
        <FormButtons {...props} busy={save.isPending} />
      </Stack>
    </form>
  );
}

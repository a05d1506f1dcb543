// Creating a custom field, from the page of fields and from within a mapping.

import type { Field, FieldType } from '@api/institutions.ts';
import { Button, Group, Modal, Select, Stack, TagsInput, TextInput } from '@mantine/core';
import { useForm } from '@mantine/form';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { createField, fieldsQuery } from '../api/institutions.ts';
import { oneOf } from '../routes/search.ts';
import { fieldTypeWords } from '../words/feeds.ts';
import { fieldNameRule } from '../words/rules.ts';
import { withFieldErrors } from './form.ts';
import { ProblemAlert } from './problem.tsx';

const types = Object.keys(fieldTypeWords) as FieldType[];

type NewFieldDialogProps = {
  slug: string;
  opened: boolean;
  onClose: () => void;
  onCreated: (field: Field) => void;
};

export function NewFieldDialog({ slug, opened, onClose, onCreated }: NewFieldDialogProps) {
  const queries = useQueryClient();
  const form = useForm<{ name: string; type: FieldType; options: string[] }>({
    initialValues: { name: '', type: 'text', options: [] },
    validate: {
      name: fieldNameRule,
      options: (options, values) =>
        values.type.endsWith('select') && options.length === 0 ? 'Name at least one option.' : null,
    },
  });
  const create = useMutation({
    mutationFn: (values: { name: string; type: FieldType; options: string[] }) =>
      createField(slug, { ...values, options: values.type.endsWith('select') ? values.options : [] }),
    meta: { shown: true },
    onError: (error) => withFieldErrors(form, error),
    onSuccess: async (field) => {
      await queries.invalidateQueries({ queryKey: fieldsQuery(slug).queryKey });
      form.reset();
      create.reset();
      onClose();
      onCreated(field);
    },
  });
  return (
    <Modal opened={opened} onClose={onClose} title="Create a field" size="md">
      <form
        onSubmit={(event) => {
          event.stopPropagation();
          form.onSubmit((values) => create.mutate(values))(event);
        }}
      >
        <Stack gap="md">
          {create.isError && <ProblemAlert error={create.error} />}
          <TextInput
            label="Name"
            description="Letters, digits, _ and -; begins with a letter. Such as HighSchoolCode."
            required
            data-autofocus
            spellCheck={false}
            {...form.getInputProps('name')}
          />
          <Select
            label="Type"
            description="It never changes. When in doubt, take text."
            data={types.map((value) => ({ value, label: fieldTypeWords[value] }))}
            allowDeselect={false}
            {...form.getInputProps('type')}
            onChange={(value) => form.setFieldValue('type', oneOf(value, types) ?? 'text')}
          />
          {form.values.type.endsWith('select') && (
            <TagsInput label="Options" description="Press Enter after each one." {...form.getInputProps('options')} />
          )}
          <Group justify="flex-end">
            <Button variant="default" onClick={onClose}>
              Cancel
            </Button>
            <Button type="submit" loading={create.isPending}>
              Create the field
            </Button>
          </Group>
        </Stack>
      </form>
    </Modal>
  );
}

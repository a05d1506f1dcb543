// Fields of a contact set by hand. Only what was changed is sent.

import type { Contact } from '@api/contacts.ts';
import type { Field } from '@api/institutions.ts';
import { Button, Group, Select, SimpleGrid, Stack, TextInput } from '@mantine/core';
import { useForm } from '@mantine/form';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { problemFrom } from '../../api/client.ts';
import { contactQuery, setContact } from '../../api/contacts.ts';
import { notifyDone, ProblemAlert } from '../../parts/problem.tsx';
import { editableFields, fieldValue, inputText } from '../../words/contacts.ts';

type ContactFormProps = { slug: string; contact: Contact; fields: Field[]; onClose: () => void };

/** Form keys must not hold dots, which the form library reads as paths. */
const keyOf = (field: Field) => field.name.replace('.', ':');

export function ContactForm({ slug, contact, fields, onClose }: ContactFormProps) {
  const queries = useQueryClient();
  const editable = editableFields(fields);
  const form = useForm<Record<string, string>>({
    initialValues: Object.fromEntries(
      editable.map((field) => [keyOf(field), inputText(startValue(contact, field.name))]),
    ),
  });
  const save = useMutation({
    mutationFn: (values: Record<string, string>) => setContact(slug, contact.id, values),
    meta: { shown: true },
    onError: (error) =>
      form.setErrors(
        Object.fromEntries(
          (problemFrom(error).fields ?? []).map((wrong) => [
            wrong.name.replace(/^values\./, '').replace('.', ':'),
            wrong.message,
          ]),
        ),
      ),
    onSuccess: async (fresh) => {
      queries.setQueryData(contactQuery(slug, contact.id).queryKey, fresh);
      await queries.invalidateQueries({ queryKey: ['contact', slug, contact.id] });
      void queries.invalidateQueries({ queryKey: ['contacts', slug] });
      notifyDone('Saved.');
      onClose();
    },
  });
  const submit = form.onSubmit((values) => {
    const changed = editable.filter((field) => form.isDirty(keyOf(field)));
    if (changed.length === 0) onClose();
    else save.mutate(Object.fromEntries(changed.map((field) => [field.name, values[keyOf(field)] ?? ''])));
  });
  return (
    <form onSubmit={submit}>
      <Stack gap="md">
        <SimpleGrid cols={{ base: 1, sm: 2 }} spacing="md">
          {editable.map((field) => (
            <FieldInput key={field.name} field={field} props={form.getInputProps(keyOf(field))} />
          ))}
        </SimpleGrid>
        {save.isError && <ProblemAlert error={save.error} />}
        <Group justify="flex-end">
          <Button variant="default" onClick={onClose}>
            Cancel
          </Button>
          <Button type="submit" loading={save.isPending}>
            Save
          </Button>
        </Group>
      </Stack>
    </form>
  );
}

/** Phones stand in the form as people write them; an untouched one is not sent. */
function startValue(contact: Contact, name: string): unknown {
  return name === 'phone' ? (contact.phoneNational ?? contact.phone) : fieldValue(contact, name);
}

type InputProps = ReturnType<ReturnType<typeof useForm<Record<string, string>>>['getInputProps']>;

function FieldInput({ field, props }: { field: Field; props: InputProps }) {
  if (field.type === 'boolean')
    return (
      <Select
        label={field.title}
        data={[
          { value: 'true', label: 'Yes' },
          { value: 'false', label: 'No' },
        ]}
        clearable
        clearButtonProps={{ 'aria-label': `Clear ${field.title}` }}
        placeholder="Not known"
        {...props}
        value={props.value || null}
        onChange={(value) => props.onChange(value ?? '')}
      />
    );
  if (field.type === 'single-select')
    return (
      <Select
        label={field.title}
        data={field.options}
        clearable
        searchable
        clearButtonProps={{ 'aria-label': `Clear ${field.title}` }}
        {...props}
        value={props.value || null}
        onChange={(value) => props.onChange(value ?? '')}
      />
    );
  return (
    <TextInput
      label={field.title}
      required={field.required}
      type={field.type === 'date' ? 'date' : field.type === 'email' ? 'email' : 'text'}
      inputMode={field.type === 'number' ? 'decimal' : undefined}
      description={field.type === 'multi-select' ? `Several are separated by a semicolon.` : undefined}
      {...props}
    />
  );
}

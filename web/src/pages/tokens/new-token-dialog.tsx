// Making an API token. The token is shown once, and is copied before the dialog closes.

import { Button, Group, Modal, Select, Stack, TextInput } from '@mantine/core';
import { useForm } from '@mantine/form';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { createToken } from '../../api/people.ts';
import { withFieldErrors } from '../../parts/form.ts';
import { ProblemAlert } from '../../parts/problem.tsx';
import { RoleChoice, type RoleValues, roleRequest, useRoleChoice } from '../../parts/role-choice.tsx';
import { ShownOnce } from '../../parts/shown-once.tsx';
import { notBlank } from '../../words/rules.ts';

type NewTokenDialogProps = { opened: boolean; onClose: () => void; institution: string | undefined };
type Values = RoleValues & { name: string; days: string };

const lifetimes = [
  { value: '', label: 'Never' },
  { value: '30', label: 'In 30 days' },
  { value: '90', label: 'In 90 days' },
  { value: '365', label: 'In a year' },
];

export function NewTokenDialog({ opened, onClose, institution }: NewTokenDialogProps) {
  const queries = useQueryClient();
  const choice = useRoleChoice(institution);
  const [secret, setSecret] = useState<string | null>(null);
  const form = useForm<Values>({
    initialValues: { name: '', days: '', role: 'admin', institution: institution ?? null },
    validate: { name: notBlank, institution: choice.institutionRule },
  });
  const create = useMutation({
    mutationFn: ({ name, days, ...rest }: Values) =>
      createToken({
        name,
        ...roleRequest(rest),
        ...(days === '' ? {} : { expiresAt: new Date(Date.now() + Number(days) * 86_400_000).toISOString() }),
      }),
    meta: { shown: true },
    gcTime: 0,
    onError: (error) => withFieldErrors(form, error),
    onSuccess: (made) => {
      setSecret(made.secret);
      void queries.invalidateQueries({ queryKey: ['tokens'] });
    },
  });
  const close = () => {
    setSecret(null);
    form.reset();
    create.reset();
    onClose();
  };
  if (secret !== null)
    return (
      <ShownOnce
        title="The new API token"
        name="token"
        value={secret}
        use="Programs send it as: Authorization: Bearer TOKEN. The command line takes it from CAUSEWAY_TOKEN."
        onClose={close}
      />
    );
  return (
    <Modal opened={opened} onClose={close} title="Create an API token" size="md">
      <form onSubmit={form.onSubmit((values) => create.mutate(values))}>
        <Stack gap="md">
          {create.isError && <ProblemAlert error={create.error} />}
          <TextInput
            label="Name"
            description="What will use it, such as “nightly upload”."
            required
            data-autofocus
            autoComplete="off"
            {...form.getInputProps('name')}
          />
          <RoleChoice choice={choice} values={form.values} set={form.setFieldValue} error={form.errors.institution} />
          <Select label="Expires" data={lifetimes} allowDeselect={false} {...form.getInputProps('days')} />
          <Group justify="flex-end">
            <Button variant="default" onClick={close}>
              Cancel
            </Button>
            <Button type="submit" loading={create.isPending}>
              Create the token
            </Button>
          </Group>
        </Stack>
      </form>
    </Modal>
  );
}

// Making a user: who, which role, for which institution, and a first password to hand over.

import { Button, Group, Modal, PasswordInput, Stack, TextInput } from '@mantine/core';
import { useForm } from '@mantine/form';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { createUser, type Role } from '../../api/people.ts';
import { withFieldErrors } from '../../parts/form.ts';
import { notifyDone, ProblemAlert } from '../../parts/problem.tsx';
import { RoleChoice, type RoleValues, roleRequest, useRoleChoice } from '../../parts/role-choice.tsx';
import { notBlank, passwordRule } from '../../words/rules.ts';

type NewUserDialogProps = { opened: boolean; onClose: () => void; institution: string | undefined };
type Values = RoleValues & { name: string; email: string; password: string };

export function NewUserDialog({ opened, onClose, institution }: NewUserDialogProps) {
  const queries = useQueryClient();
  const choice = useRoleChoice(institution);
  const form = useForm<Values>({
    initialValues: {
      name: '',
      email: '',
      password: '',
      role: 'admin' satisfies Role,
      institution: institution ?? null,
    },
    validate: { name: notBlank, password: passwordRule, institution: choice.institutionRule },
  });
  const create = useMutation({
    mutationFn: ({ name, email, password, ...rest }: Values) =>
      createUser({ name, email, password, ...roleRequest(rest) }),
    meta: { shown: true },
    onError: (error) => withFieldErrors(form, error),
    onSuccess: (user) => {
      void queries.invalidateQueries({ queryKey: ['users'] });
      notifyDone(`${user.name} can sign in now. Hand over the password, and ask for it to be changed.`);
      form.reset();
      create.reset();
      onClose();
    },
  });
  return (
    <Modal opened={opened} onClose={onClose} title="Create a user" size="md">
      <form onSubmit={form.onSubmit((values) => create.mutate(values))}>
        <Stack gap="md">
          {create.isError && <ProblemAlert error={create.error} />}
          <TextInput label="Name" required data-autofocus autoComplete="off" {...form.getInputProps('name')} />
          <TextInput label="E-mail address" type="email" required autoComplete="off" {...form.getInputProps('email')} />
          <RoleChoice choice={choice} values={form.values} set={form.setFieldValue} error={form.errors.institution} />
          <PasswordInput
            label="First password"
            description="At least 12 characters. Hand it over in person or by phone."
            required
            autoComplete="new-password"
            visibilityToggleButtonProps={{ 'aria-label': 'Show or hide the password' }}
            {...form.getInputProps('password')}
          />
          <Group justify="flex-end">
            <Button variant="default" onClick={onClose}>
              Cancel
            </Button>
            <Button type="submit" loading={create.isPending}>
              Create the user
            </Button>
          </Group>
        </Stack>
      </form>
    </Modal>
  );
}

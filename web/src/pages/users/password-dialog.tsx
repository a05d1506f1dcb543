// A new password for somebody who lost theirs. Ends the person's sessions.

import type { User } from '@api/accounts.ts';
import { Button, Group, Modal, PasswordInput, Stack, Text } from '@mantine/core';
import { useForm } from '@mantine/form';
import { useMutation } from '@tanstack/react-query';
import { updateUser } from '../../api/people.ts';
import { withFieldErrors } from '../../parts/form.ts';
import { notifyDone, ProblemAlert } from '../../parts/problem.tsx';
import { passwordRule } from '../../words/rules.ts';

export function PasswordDialog({ user, onClose }: { user: User | null; onClose: () => void }) {
  const form = useForm({ initialValues: { password: '' }, validate: { password: passwordRule } });
  const close = () => {
    form.reset();
    change.reset();
    onClose();
  };
  const change = useMutation({
    mutationFn: ({ id, password }: { id: string; password: string }) => updateUser(id, { password }),
    meta: { shown: true },
    onError: (error) => withFieldErrors(form, error),
    onSuccess: (changed) => {
      notifyDone(`${changed.name} has a new password. Hand it over in person or by phone.`);
      close();
    },
  });
  return (
    <Modal opened={user !== null} onClose={close} title={`A new password for ${user?.name ?? ''}`} size="md">
      <form
        onSubmit={form.onSubmit(({ password }) => {
          if (user !== null) change.mutate({ id: user.id, password });
        })}
      >
        <Stack gap="md">
          <Text size="sm">
            The present password stops working, and every open session of {user?.name} ends. Everything else stays.
          </Text>
          {change.isError && <ProblemAlert error={change.error} />}
          <PasswordInput
            label="New password"
            description="At least 12 characters."
            required
            data-autofocus
            autoComplete="new-password"
            visibilityToggleButtonProps={{ 'aria-label': 'Show or hide the password' }}
            {...form.getInputProps('password')}
          />
          <Group justify="flex-end">
            <Button variant="default" onClick={close}>
              Cancel
            </Button>
            <Button type="submit" loading={change.isPending}>
              Set the password
            </Button>
          </Group>
        </Stack>
      </form>
    </Modal>
  );
}

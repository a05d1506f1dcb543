// One's own account: who is signed in, and a new password.

import { Button, Group, PasswordInput, Stack } from '@mantine/core';
import { useForm } from '@mantine/form';
import { useMutation } from '@tanstack/react-query';
import { changePassword } from '../../api/account.ts';
import { Facts } from '../../parts/facts.tsx';
import { withFieldErrors } from '../../parts/form.ts';
import { useMe } from '../../parts/me.ts';
import { Page } from '../../parts/page.tsx';
import { notifyDone, ProblemAlert } from '../../parts/problem.tsx';
import { Section } from '../../parts/section.tsx';
import { roleLines, roleWords } from '../../words/roles.ts';
import { passwordRule } from '../../words/rules.ts';

export function ProfilePage() {
  const me = useMe();
  const form = useForm({ initialValues: { current: '', password: '' }, validate: { password: passwordRule } });
  const change = useMutation({
    mutationFn: changePassword,
    meta: { shown: true },
    onError: (error) => withFieldErrors(form, error),
    onSuccess: () => {
      form.reset();
      notifyDone('Your password was changed. Your other sessions have ended.');
    },
  });
  return (
    <Page title="Your account" times={false}>
      <Section title="Who you are">
        <Facts
          facts={[
            { name: 'Name', value: me.name },
            { name: 'E-mail address', value: me.email ?? '–' },
            { name: 'Role', value: `${roleWords[me.role]}. ${roleLines[me.role]}` },
            ...(me.institution === null ? [] : [{ name: 'Institution', value: me.institution.name }]),
          ]}
        />
      </Section>
      <Section title="Change your password" lead="Your other sessions end; this one goes on.">
        <form onSubmit={form.onSubmit((values) => change.mutate(values))}>
          <Stack gap="md" maw={420}>
            {change.isError && <ProblemAlert error={change.error} />}
            <PasswordInput
              label="Present password"
              required
              autoComplete="current-password"
              visibilityToggleButtonProps={{ 'aria-label': 'Show or hide the present password' }}
              {...form.getInputProps('current')}
            />
            <PasswordInput
              label="New password"
              description="At least 12 characters."
              required
              autoComplete="new-password"
              visibilityToggleButtonProps={{ 'aria-label': 'Show or hide the new password' }}
              {...form.getInputProps('password')}
            />
            <Group justify="flex-end">
              <Button type="submit" loading={change.isPending}>
                Change the password
              </Button>
            </Group>
          </Stack>
        </form>
      </Section>
    </Page>
  );
}

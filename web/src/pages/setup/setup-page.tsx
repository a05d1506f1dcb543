// First-run set-up: the one-time token that the start printed, then the first operator. It works once.

import { Button, PasswordInput, Stack, TextInput } from '@mantine/core';
import { useForm } from '@mantine/form';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { getRouteApi, useNavigate } from '@tanstack/react-router';
import { meQuery, setUp } from '../../api/account.ts';
import { EntryFrame } from '../../parts/entry-frame.tsx';
import { withFieldErrors } from '../../parts/form.ts';
import { ProblemAlert } from '../../parts/problem.tsx';
import { passwordRule } from '../../words/rules.ts';

const route = getRouteApi('/setup');

export function SetupPage() {
  const search = route.useSearch();
  const navigate = useNavigate();
  const queries = useQueryClient();
  const form = useForm({
    mode: 'uncontrolled',
    initialValues: { token: search.token ?? '', name: '', email: '', password: '' },
    validate: { password: passwordRule },
  });
  const finish = useMutation({
    mutationFn: setUp,
    meta: { shown: true },
    onError: (error) => withFieldErrors(form, error),
    onSuccess: async (me) => {
      queries.clear();
      queries.setQueryData(meQuery.queryKey, me);
      await navigate({ to: '/' });
    },
  });
  return (
    <EntryFrame
      title="Set up Causeway"
      lead="When Causeway started, it printed a one-time token in its terminal. It proves that you run this installation."
    >
      <form onSubmit={form.onSubmit((values) => finish.mutate(values))}>
        <Stack gap="md">
          {finish.isError && <ProblemAlert error={finish.error} />}
          <TextInput
            label="One-time token"
            required
            autoComplete="off"
            spellCheck={false}
            autoFocus={search.token === undefined}
            key={form.key('token')}
            {...form.getInputProps('token')}
          />
          <TextInput
            label="Your name"
            required
            autoComplete="name"
            key={form.key('name')}
            {...form.getInputProps('name')}
          />
          <TextInput
            label="E-mail address"
            type="email"
            required
            autoComplete="username"
            description="You sign in with it."
            key={form.key('email')}
            {...form.getInputProps('email')}
          />
          <PasswordInput
            label="Password"
            required
            autoComplete="new-password"
            description="At least 12 characters."
            visibilityToggleButtonProps={{ 'aria-label': 'Show or hide the password' }}
            key={form.key('password')}
            {...form.getInputProps('password')}
          />
          <Button type="submit" loading={finish.isPending} fullWidth>
            Set up and sign in
          </Button>
        </Stack>
      </form>
    </EntryFrame>
  );
}

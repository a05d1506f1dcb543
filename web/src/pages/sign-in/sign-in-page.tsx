// Sign-in. A refusal says the same whether the address or the password is wrong.

import { Button, PasswordInput, Stack, TextInput } from '@mantine/core';
import { useForm } from '@mantine/form';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { getRouteApi, useRouter } from '@tanstack/react-router';
import { meQuery, signIn } from '../../api/account.ts';
import { EntryFrame } from '../../parts/entry-frame.tsx';
import { ProblemAlert } from '../../parts/problem.tsx';

const route = getRouteApi('/sign-in');

export function SignInPage() {
  const { to } = route.useSearch();
  const router = useRouter();
  const queries = useQueryClient();
  const form = useForm({ mode: 'uncontrolled', initialValues: { email: '', password: '' } });
  const enter = useMutation({
    mutationFn: signIn,
    meta: { shown: true },
    onSuccess: (me) => {
      queries.clear();
      queries.setQueryData(meQuery.queryKey, me);
      router.history.push(to ?? '/');
    },
  });
  return (
    <EntryFrame
      title="Sign in"
      lead={to === undefined ? undefined : 'Sign in to go on to the page that you asked for.'}
    >
      <form onSubmit={form.onSubmit((values) => enter.mutate(values))}>
        <Stack gap="md">
          {enter.isError && <ProblemAlert error={enter.error} />}
          <TextInput
            label="E-mail address"
            type="email"
            autoComplete="username"
            required
            autoFocus
            key={form.key('email')}
            {...form.getInputProps('email')}
          />
          <PasswordInput
            label="Password"
            autoComplete="current-password"
            required
            visibilityToggleButtonProps={{ 'aria-label': 'Show or hide the password' }}
            key={form.key('password')}
            {...form.getInputProps('password')}
          />
          <Button type="submit" loading={enter.isPending} fullWidth>
            Sign in
          </Button>
        </Stack>
      </form>
    </EntryFrame>
  );
}

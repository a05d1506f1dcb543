// Making an institution: name, slug, time zone, country. Its first feed is made with it.

import { Button, Group, Paper, Select, Stack, TextInput } from '@mantine/core';
import { useForm } from '@mantine/form';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { useNavigate } from '@tanstack/react-router';
import { createInstitution } from '../../api/institutions.ts';
import { withFieldErrors } from '../../parts/form.ts';
import { ButtonLink, TextLink } from '../../parts/link.tsx';
import { Page } from '../../parts/page.tsx';
import { ProblemAlert } from '../../parts/problem.tsx';
import { countryChoices } from '../../words/countries.ts';
import { notBlank, slugFrom, slugRule } from '../../words/rules.ts';
import { browserZone, knownZones } from '../../words/time.ts';

export function NewInstitutionPage() {
  const navigate = useNavigate();
  const queries = useQueryClient();
  const form = useForm({
    initialValues: { name: '', slug: '', timeZone: browserZone(), country: 'US' },
    validate: { name: notBlank, slug: slugRule },
  });
  const create = useMutation({
    mutationFn: createInstitution,
    meta: { shown: true },
    onError: (error) => withFieldErrors(form, error),
    onSuccess: async (made) => {
      await Promise.all([
        queries.invalidateQueries({ queryKey: ['institutions'] }),
        queries.invalidateQueries({ queryKey: ['overview'] }),
      ]);
      await navigate({ to: '/i/$institution', params: { institution: made.slug } });
    },
  });
  const nameChanged = (name: string) => {
    const followed = form.values.slug === '' || form.values.slug === slugFrom(form.values.name);
    form.setValues(followed ? { name, slug: slugFrom(name) } : { name });
  };
  return (
    <Page
      title="Create institution"
      lead="A college or a school. It gets contacts, users and an SFTP login of its own."
      back={<TextLink to="/">All institutions</TextLink>}
      times={false}
    >
      <Paper maw={560}>
        <form onSubmit={form.onSubmit((values) => create.mutate(values))}>
          <Stack gap="md">
            {create.isError && <ProblemAlert error={create.error} />}
            <TextInput
              label="Name"
              required
              autoFocus
              {...form.getInputProps('name')}
              onChange={(event) => nameChanged(event.currentTarget.value)}
            />
            <TextInput
              label="Short name"
              description="Stands in addresses and commands, and never changes. Small letters, digits and hyphens."
              required
              spellCheck={false}
              {...form.getInputProps('slug')}
            />
            <Select
              label="Time zone"
              description="Times on all its pages are shown in it."
              required
              searchable
              data={knownZones()}
              allowDeselect={false}
              {...form.getInputProps('timeZone')}
            />
            <Select
              label="Country"
              description="Phone numbers without a country code and dates such as 3/4/2008 are read as people there write them."
              required
              searchable
              data={countryChoices()}
              allowDeselect={false}
              {...form.getInputProps('country')}
            />
            <Group justify="flex-end">
              <ButtonLink to="/" variant="default">
                Cancel
              </ButtonLink>
              <Button type="submit" loading={create.isPending}>
                Create institution
              </Button>
            </Group>
          </Stack>
        </form>
      </Paper>
    </Page>
  );
}

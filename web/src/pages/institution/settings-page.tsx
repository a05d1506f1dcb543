// The institution itself: name, time zone, country.

import { Button, Group, Paper, Select, Stack, TextInput } from '@mantine/core';
import { useForm } from '@mantine/form';
import { useMutation, useQueryClient, useSuspenseQuery } from '@tanstack/react-query';
import { getRouteApi } from '@tanstack/react-router';
import { institutionQuery, updateInstitution } from '../../api/institutions.ts';
import { withFieldErrors } from '../../parts/form.ts';
import { useCanEdit } from '../../parts/me.ts';
import { Page } from '../../parts/page.tsx';
import { notifyDone, ProblemAlert } from '../../parts/problem.tsx';
import { countryChoices } from '../../words/countries.ts';
import { notBlank } from '../../words/rules.ts';
import { knownZones } from '../../words/time.ts';

const route = getRouteApi('/shell/i/$institution/settings');

export function SettingsPage() {
  const { institution: slug } = route.useParams();
  const canEdit = useCanEdit();
  const queries = useQueryClient();
  const { data: institution } = useSuspenseQuery(institutionQuery(slug));
  const { name, timeZone, country } = institution;
  const form = useForm({ initialValues: { name, timeZone, country }, validate: { name: notBlank } });
  const zones = knownZones();
  const save = useMutation({
    mutationFn: (values: { name: string; timeZone: string; country: string }) => updateInstitution(slug, values),
    meta: { shown: true },
    onError: (error) => withFieldErrors(form, error),
    onSuccess: (saved) => {
      queries.setQueryData(institutionQuery(slug).queryKey, saved);
      void queries.invalidateQueries({ queryKey: ['institutions'] });
      void queries.invalidateQueries({ queryKey: ['overview'] });
      form.resetDirty();
      notifyDone('Saved.');
    },
  });
  return (
    <Page title="Institution" lead={`Its short name in addresses and commands is ${institution.slug}.`} times={false}>
      <Paper maw={560}>
        <form onSubmit={form.onSubmit((values) => save.mutate(values))}>
          <Stack gap="md">
            {save.isError && <ProblemAlert error={save.error} />}
            <TextInput label="Name" required readOnly={!canEdit} {...form.getInputProps('name')} />
            <Select
              label="Time zone"
              description="Times on all pages of this institution are shown in it."
              required
              searchable
              readOnly={!canEdit}
              data={zones.includes(timeZone) ? zones : [timeZone, ...zones]}
              allowDeselect={false}
              {...form.getInputProps('timeZone')}
            />
            <Select
              label="Country"
              description="Phone numbers without a country code and dates such as 3/4/2008 are read as people there write them. A change counts for files that come from now on."
              required
              searchable
              readOnly={!canEdit}
              data={countryChoices()}
              allowDeselect={false}
              {...form.getInputProps('country')}
            />
            {canEdit && (
              <Group justify="flex-end">
                <Button type="submit" loading={save.isPending} disabled={!form.isDirty()}>
                  Save
                </Button>
              </Group>
            )}
          </Stack>
        </form>
      </Paper>
    </Page>
  );
}

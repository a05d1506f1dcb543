// The beginning of a set-up: what to send, then where. With the server the destination is saved as a draft, which never sends.

import type { DestinationView } from '@api/destinations.ts';
import { Button, Group, Paper, Radio, Stack, Text } from '@mantine/core';
import { type UseFormReturnType, useForm } from '@mantine/form';
import { useMutation, useQueryClient, useSuspenseQuery } from '@tanstack/react-query';
import { getRouteApi, useNavigate } from '@tanstack/react-router';
import { useState } from 'react';
import { serverQuery } from '../../api/account.ts';
import { createDestination, destinationsQuery } from '../../api/destinations.ts';
import { institutionQuery } from '../../api/institutions.ts';
import { Disclosure } from '../../parts/disclosure.tsx';
import { Empty } from '../../parts/empty.tsx';
import { withFieldErrors } from '../../parts/form.ts';
import { ButtonLink, TextLink } from '../../parts/link.tsx';
import { useCanEdit } from '../../parts/me.ts';
import { Page } from '../../parts/page.tsx';
import { ProblemAlert } from '../../parts/problem.tsx';
import { type DatasetName, datasetChoices, datasetLines, datasetWords } from '../../words/destinations.ts';
import { notBlank } from '../../words/rules.ts';
import { PublicKeyDialog } from '../destination/public-key-dialog.tsx';
import { NewLogin, ServerFields, type ServerValues, serverRules, usualServer } from '../destination/server-fields.tsx';
import { SetUpSteps } from '../destination/steps.tsx';
import { keepDestination } from '../destination/use-destination.ts';
import { NameField, SinceField } from '../destination/what-fields.tsx';
import { Prepare } from './prepare.tsx';

const route = getRouteApi('/shell/i/$institution/destinations/new');

type What = { dataset: DatasetName; name: string; since: string };

export function NewDestinationPage() {
  const { institution: slug } = route.useParams();
  const { step = 'what' } = route.useSearch();
  const canEdit = useCanEdit();
  const navigate = useNavigate();
  const { data: institution } = useSuspenseQuery(institutionQuery(slug));
  const { data: server } = useSuspenseQuery(serverQuery);
  const { data: destinations } = useSuspenseQuery(destinationsQuery(slug));
  const taken = destinations.items.map((one) => one.dataset);
  const dataset = datasetChoices.find(({ value }) => !taken.includes(value))?.value ?? 'connections';
  const what = useForm<What>({
    initialValues: { dataset, name: datasetWords[dataset], since: '' },
    validate: { name: notBlank },
  });
  const serverForm = useForm<ServerValues>({
    initialValues: usualServer,
    validate: {
      ...serverRules,
      password: (password, values) => (values.auth === 'password' ? notBlank(password) : null),
    },
  });
  const go = (next: 'what' | 'server') => navigate({ to: '.', search: { step: next } });
  return (
    <Page
      title="Set up a transfer"
      lead="A few steps. Nothing is sent before a test has passed."
      times={false}
      back={
        <TextLink to="/i/$institution/destinations" params={{ institution: slug }}>
          SFTP data transfer
        </TextLink>
      }
    >
      {!canEdit ? (
        <Empty title="Viewers cannot set up transfers">Ask an administrator of your institution.</Empty>
      ) : (
        <>
          <SetUpSteps slug={slug} destinationId={null} now={step} />
          {step === 'what' ? (
            <WhatStep slug={slug} form={what} taken={taken} onNext={() => void go('server')} />
          ) : (
            <>
              <ServerStep slug={slug} what={what.values} form={serverForm} onBack={() => void go('what')} />
              <Disclosure title="What your IT department prepares">
                <Prepare institution={institution.name} egressAddresses={server.egressAddresses} />
              </Disclosure>
            </>
          )}
        </>
      )}
    </Page>
  );
}

type WhatStepProps = {
  slug: string;
  form: UseFormReturnType<What>;
  taken: DatasetName[];
  onNext: () => void;
};

function WhatStep({ slug, form, taken, onNext }: WhatStepProps) {
  const { dataset, name } = form.values;
  const choose = (next: DatasetName) =>
    form.setValues({ dataset: next, ...(name === datasetWords[dataset] ? { name: datasetWords[next] } : {}) });
  return (
    <Paper maw={680}>
      <form onSubmit={form.onSubmit(onNext)}>
        <Stack gap="lg">
          <Radio.Group label="What to send" value={dataset}>
            <Stack gap="xs" mt={6}>
              {datasetChoices.map(({ value, label }) => (
                <Radio
                  key={value}
                  value={value}
                  label={label}
                  description={
                    taken.includes(value) ? 'There is a destination for these already.' : datasetLines[value]
                  }
                  disabled={taken.includes(value)}
                  onChange={() => choose(value)}
                />
              ))}
            </Stack>
          </Radio.Group>
          <NameField {...form.getInputProps('name')} description="For you and your colleagues." />
          <SinceField dataset={dataset} started={false} {...form.getInputProps('since')} />
          <Group justify="flex-end">
            <ButtonLink variant="default" to="/i/$institution/destinations" params={{ institution: slug }}>
              Cancel
            </ButtonLink>
            <Button type="submit" disabled={taken.includes(dataset)}>
              Go on
            </Button>
          </Group>
        </Stack>
      </form>
    </Paper>
  );
}

type ServerStepProps = {
  slug: string;
  what: What;
  form: UseFormReturnType<ServerValues>;
  onBack: () => void;
};

function ServerStep({ slug, what, form, onBack }: ServerStepProps) {
  const queries = useQueryClient();
  const navigate = useNavigate();
  const [made, setMade] = useState<{ destination: DestinationView; publicKey: string } | null>(null);
  const goOn = (id: string) =>
    navigate({
      to: '/i/$institution/destinations/$destinationId/edit',
      params: { institution: slug, destinationId: id },
      search: { part: 'schedule' },
    });
  const create = useMutation({
    mutationFn: (values: ServerValues) =>
      createDestination(slug, {
        dataset: what.dataset,
        name: what.name,
        since: what.since === '' ? null : what.since,
        host: values.host,
        port: Number(values.port),
        path: values.path,
        username: values.username,
        checkFingerprint: values.checkFingerprint,
        ...(values.auth === 'password' ? { password: values.password } : { generateKey: values.keyType }),
      }),
    meta: { shown: true },
    onError: (error) => withFieldErrors(form, error),
    onSuccess: async (fresh) => {
      keepDestination(queries, slug, fresh);
      if (fresh.publicKey === undefined) await goOn(fresh.id);
      else setMade({ destination: fresh, publicKey: fresh.publicKey });
    },
  });
  return (
    <Paper maw={680}>
      <form onSubmit={form.onSubmit((values) => create.mutate(values))}>
        <Stack gap="lg">
          {create.isError && <ProblemAlert error={create.error} />}
          <ServerFields form={form}>
            <NewLogin form={form} />
          </ServerFields>
          <Text size="sm" c="dimmed">
            It is saved as a draft, which never sends. You can leave and go on later.
          </Text>
          <Group justify="flex-end">
            <Button variant="default" onClick={onBack}>
              Back
            </Button>
            <Button type="submit" loading={create.isPending}>
              Save and go on
            </Button>
          </Group>
        </Stack>
      </form>
      {made !== null && (
        <PublicKeyDialog
          destination={made.destination}
          publicKey={made.publicKey}
          action="Go on"
          onClose={() => void goOn(made.destination.id)}
        />
      )}
    </Paper>
  );
}

// Test and Save: the stages as they happen, the fingerprint when it has to be compared, and what to do when one fails.

import type { DestinationView, ProbeView } from '@api/destinations.ts';
import { Button, Group, Paper, Stack, Text, VisuallyHidden } from '@mantine/core';
import { getRouteApi } from '@tanstack/react-router';
import { useState } from 'react';
import type { DestinationPlace } from '../../api/destinations.ts';
import { CopyButton } from '../../parts/copy.tsx';
import { ButtonLink, TextLink } from '../../parts/link.tsx';
import { useCanEdit } from '../../parts/me.ts';
import { Page } from '../../parts/page.tsx';
import { ProblemAlert } from '../../parts/problem.tsx';
import { State } from '../../parts/state.tsx';
import { Time, useZone } from '../../parts/time.tsx';
import { loginWords, placeWords, remedyOf } from '../../words/destinations.ts';
import { stagesOfTest, testAnnouncement, testText, wantsFingerprint } from '../../words/stages.ts';
import { RemedyLink } from '../destinations/issues.tsx';
import { EgressAddresses } from '../destinations/prepare.tsx';
import { FailureWords } from './failure-facts.tsx';
import { FingerprintDialog } from './fingerprint-dialog.tsx';
import { StageList } from './stage-list.tsx';
import { SetUpSteps } from './steps.tsx';
import { useDestination, useProbe } from './use-destination.ts';

const route = getRouteApi('/shell/i/$institution/destinations/$destinationId/test');

export function TestPage() {
  const { institution: slug, destinationId } = route.useParams();
  const { destination, place } = useDestination(slug, destinationId);
  const draft = destination.status === 'draft';
  return (
    <Page
      title={draft ? 'Test and Save' : 'Test'}
      lead={
        destination.status === 'on'
          ? 'It writes a small file, renames and deletes it. What is sent on schedule stays as it is.'
          : 'It goes step by step, and stops before anything secret is sent to a server that nobody has confirmed. When all of it works, the transfer is switched on.'
      }
      back={
        <TextLink to="/i/$institution/destinations/$destinationId" params={{ institution: slug, destinationId }}>
          {destination.name}
        </TextLink>
      }
    >
      {draft && <SetUpSteps slug={slug} destinationId={destinationId} now="test" />}
      <TestPanel slug={slug} destination={destination} place={place} />
    </Page>
  );
}

type TestPanelProps = { slug: string; destination: DestinationView; place: DestinationPlace };

function TestPanel({ slug, destination, place }: TestPanelProps) {
  const canEdit = useCanEdit();
  const zone = useZone();
  const [comparing, setComparing] = useState(false);
  const { probe, start, running } = useProbe(place, (ended) => {
    if (canEdit && wantsFingerprint(ended.failure)) setComparing(true);
  });
  const enable = destination.status !== 'on';
  const stages = stagesOfTest(probe ?? { status: 'passed', stages: [], failure: null });
  return (
    <Paper component="section" aria-label="The test">
      <Stack gap="lg">
        <Group justify="space-between" gap="md">
          <Stack gap={2} flex="1 1 18rem" miw={0}>
            <Text className="cut">
              {placeWords(destination)}, user {destination.username}, folder {destination.path}
            </Text>
            <Text size="sm" c="dimmed">
              {loginWords[destination.auth]} · fingerprint checking {destination.checkFingerprint ? 'on' : 'off'}
            </Text>
          </Stack>
          {canEdit && (
            <Group gap="xs">
              {destination.status === 'off' && (
                <Button variant="default" disabled={running} onClick={() => start.mutate(false)}>
                  Test only
                </Button>
              )}
              <Button variant={enable ? 'filled' : 'default'} loading={running} onClick={() => start.mutate(enable)}>
                {enable ? 'Test and Save' : 'Test'}
              </Button>
            </Group>
          )}
        </Group>
        {start.isError && <ProblemAlert error={start.error} />}
        <Outcome probe={probe} destination={destination} />
        <VisuallyHidden role="status">{probe === null ? '' : testAnnouncement(probe)}</VisuallyHidden>
        <StageList
          stages={stages}
          explanation={
            probe?.failure ? (
              <FailureWords
                failure={probe.failure}
                headline={false}
                actions={
                  <Actions
                    slug={slug}
                    destination={destination}
                    probe={probe}
                    canEdit={canEdit}
                    onCompare={() => setComparing(true)}
                  />
                }
              />
            ) : undefined
          }
        />
        {probe !== null && probe.status !== 'running' && (
          <Group justify="space-between" gap="xs">
            <CopyButton label="Copy for your IT department" value={testText({ destination, probe, zone })} />
            {probe.status === 'passed' && destination.status === 'on' && (
              <ButtonLink
                to="/i/$institution/destinations/$destinationId"
                params={{ institution: slug, destinationId: destination.id }}
              >
                To the destination
              </ButtonLink>
            )}
          </Group>
        )}
      </Stack>
      <FingerprintDialog
        destination={destination}
        place={place}
        opened={comparing}
        onClose={() => setComparing(false)}
        goesOn
        onConfirmed={() => start.mutate(enable)}
      />
    </Paper>
  );
}

function Outcome({ probe, destination }: { probe: ProbeView | null; destination: DestinationView }) {
  if (probe === null)
    return (
      <Text size="sm" c="dimmed">
        It has not been tested yet.
      </Text>
    );
  const fingerprint = wantsFingerprint(probe.failure);
  return (
    <Stack gap="xs">
      <Group gap="sm">
        {probe.status === 'running' && <State tone="busy">Testing</State>}
        {probe.status === 'passed' && <State tone="good">The test passed</State>}
        {probe.status === 'failed' && (
          <State tone={fingerprint ? 'attention' : 'bad'}>{fingerprint ? 'Needs you' : 'The test failed'}</State>
        )}
        <Text size="sm" c="dimmed">
          <Time at={probe.finishedAt ?? probe.startedAt} />, by {probe.startedBy}
        </Text>
      </Group>
      <Text maw="48rem">
        {probe.status === 'running' && 'This page renews itself.'}
        {probe.status === 'failed' && probe.failure?.headline}
        {probe.status === 'passed' &&
          (destination.status === 'on'
            ? `It is on and sends ${destination.schedule}.`
            : 'It is not switched on: Test and Save does that.')}
      </Text>
    </Stack>
  );
}

type ActionsProps = {
  slug: string;
  destination: DestinationView;
  probe: ProbeView;
  canEdit: boolean;
  onCompare: () => void;
};

function Actions({ slug, destination, probe, canEdit, onCompare }: ActionsProps) {
  if (probe.failure === null) return null;
  const remedy = remedyOf(probe.failure);
  return (
    <>
      {probe.failure.code === 'host-unreachable' && (
        <Group gap={6}>
          <Text size="sm">Our addresses:</Text>
          <EgressAddresses addresses={destination.egressAddresses} />
        </Group>
      )}
      {canEdit && remedy === 'fingerprint' && (
        <Button size="sm" onClick={onCompare}>
          Compare the fingerprint
        </Button>
      )}
      {canEdit && (remedy === 'login' || remedy === 'server') && (
        <RemedyLink slug={slug} destination={destination} remedy={remedy} />
      )}
    </>
  );
}

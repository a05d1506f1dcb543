// Changing a destination, one part at a time; for a draft these are the steps of its set-up.

import type { DestinationView } from '@api/destinations.ts';
import { Paper } from '@mantine/core';
import { getRouteApi, useNavigate } from '@tanstack/react-router';
import { Empty } from '../../parts/empty.tsx';
import { TextLink } from '../../parts/link.tsx';
import { useCanEdit } from '../../parts/me.ts';
import { Page } from '../../parts/page.tsx';
import { notifyDone } from '../../parts/problem.tsx';
import { EditFile } from './edit-file.tsx';
import { EditSchedule } from './edit-schedule.tsx';
import { EditServer } from './edit-server.tsx';
import { EditWhat } from './edit-what.tsx';
import { type SetUpStep, SetUpSteps } from './steps.tsx';
import { useDestination } from './use-destination.ts';

const route = getRouteApi('/shell/i/$institution/destinations/$destinationId/edit');

export type EditPart = Exclude<SetUpStep, 'test'>;
export const editParts: readonly EditPart[] = ['what', 'server', 'schedule', 'file'];

const titles: Record<EditPart, string> = {
  what: 'What to send',
  server: 'Server and login',
  schedule: 'When to send',
  file: 'The file',
};

const leads: Record<EditPart, string | undefined> = {
  what: undefined,
  server: 'Where the files go, and how Causeway logs in there.',
  schedule: 'What is new since the last delivered file is sent at these times.',
  file: 'What the receiving system expects. When in doubt, leave everything as it is.',
};

export function EditPage() {
  const { institution: slug, destinationId } = route.useParams();
  const { part } = route.useSearch();
  const { destination, place } = useDestination(slug, destinationId);
  const canEdit = useCanEdit();
  const navigate = useNavigate();
  const draft = destination.status === 'draft';
  const saved = async (fresh: DestinationView) => {
    const next = editParts[editParts.indexOf(part) + 1];
    if (draft && next !== undefined) {
      await navigate({
        to: '/i/$institution/destinations/$destinationId/edit',
        params: { institution: slug, destinationId },
        search: { part: next },
      });
      return;
    }
    notifyDone('Saved.');
    await navigate({
      to:
        fresh.status === 'draft'
          ? '/i/$institution/destinations/$destinationId/test'
          : '/i/$institution/destinations/$destinationId',
      params: { institution: slug, destinationId },
    });
  };
  const shared = { slug, destination, place, draft, onSaved: (fresh: DestinationView) => void saved(fresh) };
  return (
    <Page
      title={titles[part]}
      lead={leads[part]}
      times={false}
      back={
        <TextLink to="/i/$institution/destinations/$destinationId" params={{ institution: slug, destinationId }}>
          {destination.name}
        </TextLink>
      }
    >
      {draft && <SetUpSteps slug={slug} destinationId={destinationId} now={part} />}
      {canEdit ? (
        <Paper maw={part === 'file' ? 860 : 680} key={part}>
          {part === 'what' && <EditWhat {...shared} />}
          {part === 'server' && <EditServer {...shared} />}
          {part === 'schedule' && <EditSchedule {...shared} />}
          {part === 'file' && <EditFile {...shared} />}
        </Paper>
      ) : (
        <Empty title="Viewers cannot change destinations">Ask an administrator of your institution.</Empty>
      )}
    </Page>
  );
}

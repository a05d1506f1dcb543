// What stands in place of a page: while it loads, when it cannot be shown, when there is none.

import { Button, Skeleton, Stack } from '@mantine/core';
import { useQueryErrorResetBoundary } from '@tanstack/react-query';
import { type ErrorComponentProps, useRouter } from '@tanstack/react-router';
import { useEffect } from 'react';
import { problemFrom } from '../../api/client.ts';
import { EntryFrame } from '../../parts/entry-frame.tsx';
import { ButtonLink } from '../../parts/link.tsx';
import { Page } from '../../parts/page.tsx';
import { ProblemAlert } from '../../parts/problem.tsx';

export function Pending() {
  return (
    <Stack gap="lg" aria-busy="true" aria-label="The page is loading">
      <Skeleton height={32} width={260} />
      <Skeleton height={160} />
      <Skeleton height={280} />
    </Stack>
  );
}

export function Trouble({ error }: ErrorComponentProps) {
  const router = useRouter();
  const { reset } = useQueryErrorResetBoundary();
  useEffect(() => reset(), [reset]);
  const { status } = problemFrom(error);
  const mayPass = status === 0 || status >= 500;
  return (
    <Page title="This page cannot be shown" times={false}>
      <ProblemAlert
        error={error}
        action={
          mayPass ? (
            <Button variant="default" size="xs" onClick={() => void router.invalidate()}>
              Try again
            </Button>
          ) : (
            <ButtonLink variant="default" size="xs" to="/">
              Go to the overview
            </ButtonLink>
          )
        }
      />
    </Page>
  );
}

/** In place of the whole window: nothing matched, or the frame itself could not be shown. */
export function Lost() {
  return (
    <EntryFrame
      title="There is no page at this address"
      lead="The address may be mistyped, or the link is from another version of Causeway."
    >
      <ButtonLink to="/">Go to the overview</ButtonLink>
    </EntryFrame>
  );
}

export function Stranded({ error }: ErrorComponentProps) {
  const router = useRouter();
  const { reset } = useQueryErrorResetBoundary();
  useEffect(() => reset(), [reset]);
  return (
    <EntryFrame title="Causeway cannot be shown">
      <ProblemAlert error={error} />
      <Button onClick={() => void router.invalidate()}>Try again</Button>
    </EntryFrame>
  );
}

export function Missing() {
  return (
    <Page
      title="There is no page at this address"
      lead="The address may be mistyped, or the link is from another version of Causeway."
      times={false}
    >
      <div>
        <ButtonLink to="/">Go to the overview</ButtonLink>
      </div>
    </Page>
  );
}

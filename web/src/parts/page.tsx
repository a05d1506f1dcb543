// The frame of a page: title of the window, heading that takes the focus after navigation, actions, and the zone's name once.

import { Group, Stack, Text, Title } from '@mantine/core';
import { type ReactNode, useEffect, useRef } from 'react';
import { zoneWords } from '../words/time.ts';
import { useZone } from './time.tsx';

type PageProps = {
  title: string;
  /** Shown instead of the plain title, for headings with more than text. */
  heading?: ReactNode;
  /** What the page is for, in one line. */
  lead?: ReactNode;
  /** Links above the heading that lead back. */
  back?: ReactNode;
  actions?: ReactNode;
  /** False on pages without times. */
  times?: boolean;
  children: ReactNode;
};

let lastPath: string | null = null;

export function Page({ title, heading, lead, back, actions, times = true, children }: PageProps) {
  const zone = useZone();
  const headingRef = useRef<HTMLHeadingElement>(null);
  useEffect(() => {
    document.title = `${title} · Causeway`;
  }, [title]);
  useEffect(() => {
    const path = window.location.pathname;
    if (lastPath !== null && lastPath !== path) headingRef.current?.focus({ preventScroll: true });
    lastPath = path;
  }, []);
  return (
    <Stack gap="lg">
      <Stack gap={6}>
        {back !== undefined && (
          <Text size="sm" component="div" className="no-print">
            {back}
          </Text>
        )}
        <Group justify="space-between" align="flex-start" gap="md">
          <Stack gap={4} flex="1 1 20rem" miw={0}>
            <Title order={1} ref={headingRef} tabIndex={-1} className="cut">
              {heading ?? title}
            </Title>
            {lead !== undefined && (
              <Text c="dimmed" maw="46rem" component="div">
                {lead}
              </Text>
            )}
          </Stack>
          {actions !== undefined && (
            <Group gap="xs" className="no-print">
              {actions}
            </Group>
          )}
        </Group>
      </Stack>
      {children}
      {times && (
        <Text size="sm" c="dimmed">
          Times are {zoneWords(zone)}.<span className="with-mouse"> Hover over one for the full time.</span>
        </Text>
      )}
    </Stack>
  );
}

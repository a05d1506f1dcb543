// Paging by cursor: on to older rows, and back to the newest. The cursor lives in the address; Back goes one page back.

import { Group } from '@mantine/core';
import { IconArrowRight, IconArrowUp } from '@tabler/icons-react';
import { ButtonLink } from './link.tsx';

/** Keeps every other part of the address's search. Nothing is shown for a list of one page. */
export function Pager({ next, cursor }: { next: string | null; cursor: string | undefined }) {
  if (next === null && cursor === undefined) return null;
  return (
    <Group justify="flex-end" gap="xs" px="lg" py="sm" component="nav" aria-label="Pages of the list">
      {cursor !== undefined && (
        <ButtonLink
          variant="default"
          size="xs"
          leftSection={<IconArrowUp size={16} aria-hidden />}
          to="."
          search={(search: Record<string, unknown>) => ({ ...search, cursor: undefined })}
        >
          Back to the first page
        </ButtonLink>
      )}
      {next !== null && (
        <ButtonLink
          variant="default"
          size="xs"
          rightSection={<IconArrowRight size={16} aria-hidden />}
          to="."
          search={(search: Record<string, unknown>) => ({ ...search, cursor: next })}
        >
          Next page
        </ButtonLink>
      )}
    </Group>
  );
}

// What an import changed, field by field: the first few, and the way to all.

import type { ImportView } from '@api/imports.ts';
import { useSuspenseQuery } from '@tanstack/react-query';
import { changesQuery } from '../../api/imports.ts';
import { TextLink } from '../../parts/link.tsx';
import { Section } from '../../parts/section.tsx';
import { count } from '../../words/numbers.ts';
import { ChangeList } from './change-list.tsx';

export function ChangeSummary({ slug, item }: { slug: string; item: ImportView }) {
  const total = item.counts.created + item.counts.updated;
  const { data } = useSuspenseQuery(changesQuery(item.id, {}, item.status, 10));
  if (total === 0 || data.items.length === 0) return null;
  return (
    <Section
      title={item.dryRun ? 'What would change' : 'What changed'}
      lead={data.next === null ? undefined : `The first ${data.items.length} of ${count(total, 'contact')}.`}
      flush
      actions={
        <TextLink
          size="sm"
          to="/i/$institution/imports/$importId/changes"
          params={{ institution: slug, importId: item.id }}
        >
          All changes
        </TextLink>
      }
    >
      <ChangeList slug={slug} changes={data.items} linked={!item.dryRun} />
    </Section>
  );
}

// The mapping editor: field on the left, label of the file on the right, sample values and how many rows fit beside it.

import { Button, Group, Stack, Text } from '@mantine/core';
import { IconPlus } from '@tabler/icons-react';
import { useSuspenseQuery } from '@tanstack/react-query';
import { getRouteApi } from '@tanstack/react-router';
import { useRef, useState } from 'react';
import { saveMapping } from '../../api/feeds.ts';
import { fieldsQuery } from '../../api/institutions.ts';
import { useFeed, useFeedChange } from '../../parts/feed.ts';
import { ButtonLink } from '../../parts/link.tsx';
import { useCanEdit } from '../../parts/me.ts';
import { Page } from '../../parts/page.tsx';
import { usePreview, useSample } from '../../parts/preview.ts';
import { notifyDone, ProblemAlert } from '../../parts/problem.tsx';
import { Section } from '../../parts/section.tsx';
import { fieldTitle } from '../../words/feeds.ts';
import {
  changeRow,
  type DraftRow,
  mapLabel,
  mappingOf,
  missingRequired,
  newColumn,
  openSuggestions,
  removeRow,
  sameMapping,
  startDraft,
  unusedLabels,
} from '../../words/mapping.ts';
import { listWords } from '../../words/numbers.ts';
import { LeaveGuard } from './leave-guard.tsx';
import classes from './mapping.module.css';
import { MappingRow } from './mapping-row.tsx';
import { SampleBar } from './sample-bar.tsx';
import { SaveBar } from './save-bar.tsx';
import { Suggestions } from './suggestions.tsx';

const route = getRouteApi('/shell/i/$institution/mapping');

export function MappingPage() {
  const { institution: slug } = route.useParams();
  const canEdit = useCanEdit();
  const { feed, place } = useFeed(slug);
  const { data: fields } = useSuspenseQuery(fieldsQuery(slug));
  const [rows, setRows] = useState<DraftRow[]>(() => startDraft(feed.columns));
  const [sample, setSample] = useSample(slug);
  const [revision, setRevision] = useState(0);
  const added = useRef(0);
  const mapping = mappingOf(rows);
  const preview = usePreview(place, sample, mapping);
  const saved = { columns: feed.columns };
  const dirty = !sameMapping(mapping, saved);
  const missing = missingRequired(rows).map((name) => fieldTitle(name, fields.items));
  const save = useFeedChange(
    place,
    () => saveMapping(place, mapping),
    (fresh) => {
      setRows(startDraft(fresh.columns));
      notifyDone('The mapping was saved. It counts for files that come from now on.');
    },
  );
  const addRow = () => {
    added.current += 1;
    setRows((now) => [...now, { key: `new-${added.current}`, column: newColumn('', []) }]);
  };
  const suggestions = openSuggestions(rows, preview.data);
  const taken = new Set(rows.map((row) => row.column.field));
  return (
    <Page
      title="Mapping"
      lead="Which column of the file fills which field of a contact. The first four are needed before the feed can be switched on."
      times={false}
      actions={
        <ButtonLink variant="default" to="/i/$institution/sftp" params={{ institution: slug }}>
          SFTP inbound
        </ButtonLink>
      }
    >
      <SampleBar sample={sample} preview={preview} onFile={setSample} />
      {canEdit && (
        <Suggestions
          suggestions={suggestions}
          unused={unusedLabels(rows, preview.data)}
          fields={fields.items.filter((field) => !taken.has(field.name) || suggestionsFor(rows, field.name))}
          onAccept={(accepted) =>
            setRows((now) => accepted.reduce((all, one) => mapLabel(all, one.field, one.label), now))
          }
        />
      )}
      <Section
        title="Columns"
        lead={
          missing.length === 0 ? 'All four required fields are mapped.' : `Still to be mapped: ${listWords(missing)}.`
        }
        flush
      >
        <ul className={classes.rows}>
          {rows.map((row) => (
            <MappingRow
              key={`${revision} ${row.key}`}
              slug={slug}
              row={row}
              fields={fields.items}
              taken={taken}
              preview={preview.data}
              suggestion={suggestions.find((one) => one.field === row.column.field)}
              canEdit={canEdit}
              onChange={(change) => setRows((now) => changeRow(now, row.key, change))}
              onRemove={() => setRows((now) => removeRow(now, row.key))}
            />
          ))}
        </ul>
        {canEdit && (
          <Group px="lg" py="md" justify="space-between">
            <Button variant="default" leftSection={<IconPlus size={16} aria-hidden />} onClick={addRow}>
              Add mapping
            </Button>
            <Text size="sm" c="dimmed">
              Columns without a mapping are left alone.
            </Text>
          </Group>
        )}
      </Section>
      {save.isError && <ProblemAlert error={save.error} />}
      {canEdit && (
        <Stack gap="md">
          <SaveBar
            dirty={dirty}
            busy={save.isPending}
            onSave={() => save.mutate(undefined)}
            onTakeBack={() => {
              setRows(startDraft(feed.columns));
              setRevision((now) => now + 1);
            }}
          />
          {!dirty && missing.length === 0 && !feed.enabled && (
            <Group>
              <ButtonLink to="/i/$institution/sftp" params={{ institution: slug }}>
                Go on: switch the feed on
              </ButtonLink>
            </Group>
          )}
        </Stack>
      )}
      <LeaveGuard dirty={dirty} busy={save.isPending} onSave={() => save.mutateAsync(undefined)} />
    </Page>
  );
}

/** A required field without a label may be chosen for an unused label. */
function suggestionsFor(rows: DraftRow[], field: string): boolean {
  return rows.some((row) => row.column.field === field && row.column.labels.every((label) => label === ''));
}

// Suggestions from the sample, each with its reason, to accept one by one or all; and the labels that nothing uses.

import type { Field } from '@api/institutions.ts';
import { Button, Code, Group, Select, Stack, Text } from '@mantine/core';
import { IconArrowRight } from '@tabler/icons-react';
import { useState } from 'react';
import { Section } from '../../parts/section.tsx';
import { fieldTitle } from '../../words/feeds.ts';
import type { Suggestion } from '../../words/mapping.ts';
import { count } from '../../words/numbers.ts';
import classes from './mapping.module.css';

type Accepted = { field: string; label: string };
type SuggestionsProps = {
  suggestions: Suggestion[];
  unused: string[];
  fields: Field[];
  onAccept: (accepted: Accepted[]) => void;
};

export function Suggestions({ suggestions, unused, fields, onAccept }: SuggestionsProps) {
  const suggested = new Set(suggestions.map((one) => one.label));
  const rest = unused.filter((label) => !suggested.has(label));
  if (suggestions.length === 0 && rest.length === 0) return null;
  return (
    <Section
      title={suggestions.length > 0 ? count(suggestions.length, 'suggestion') : 'Columns without a mapping'}
      lead={
        suggestions.length > 0
          ? 'From the labels of the sample file. Nothing is mapped until you accept it.'
          : 'These columns of the sample file are left alone, unless you give them a field.'
      }
      actions={
        suggestions.length > 0 && (
          <Button size="sm" onClick={() => onAccept(suggestions)}>
            Accept all
          </Button>
        )
      }
    >
      {suggestions.length > 0 && (
        <ul className={classes.suggestions}>
          {suggestions.map((one) => (
            <li key={one.field}>
              <Group gap="xs" flex="1 1 18rem">
                <Code fz="sm">{one.label}</Code>
                <IconArrowRight size={16} aria-label="fills" className="quiet" />
                <Text size="sm" fw={600}>
                  {fieldTitle(one.field, fields)}
                </Text>
                <Text size="sm" c="dimmed">
                  {one.reason}
                </Text>
              </Group>
              <Button
                size="xs"
                variant="default"
                aria-label={`Accept ${one.label} for ${fieldTitle(one.field, fields)}`}
                onClick={() => onAccept([one])}
              >
                Accept
              </Button>
            </li>
          ))}
        </ul>
      )}
      {rest.length > 0 && <Unused labels={rest} fields={fields} onAccept={onAccept} among={suggestions.length > 0} />}
    </Section>
  );
}

type UnusedProps = { among: boolean; labels: string[]; fields: Field[]; onAccept: (accepted: Accepted[]) => void };

function Unused({ among, labels, fields, onAccept }: UnusedProps) {
  const [all, setAll] = useState(false);
  const shown = all ? labels : labels.slice(0, 8);
  return (
    <Stack gap="xs">
      {among && (
        <Text size="sm" c="dimmed">
          {count(labels.length, 'column')} of the sample without a suggestion:
        </Text>
      )}
      <ul className={classes.unused}>
        {shown.map((label) => (
          <li key={label}>
            <Code fz="sm">{label}</Code>
            <Select
              aria-label={`Field for ${label}`}
              placeholder="left alone"
              size="xs"
              w={190}
              searchable
              data={fields.map((field) => ({ value: field.name, label: field.title }))}
              value={null}
              onChange={(field) => field !== null && onAccept([{ field, label }])}
            />
          </li>
        ))}
      </ul>
      {labels.length > shown.length && (
        <div>
          <Button size="compact-sm" variant="subtle" onClick={() => setAll(true)}>
            Show {count(labels.length - shown.length, 'more column')}
          </Button>
        </div>
      )}
    </Stack>
  );
}

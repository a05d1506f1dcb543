// When files are sent: a rhythm in words, a time in the institution's zone, and the next three runs.

import { Group, Select, Stack, Text, TextInput } from '@mantine/core';
import { useMemo } from 'react';
import { useZone } from '../../parts/time.tsx';
import { oneOf } from '../../routes/search.ts';
import {
  dayChoices,
  hourChoices,
  nextRuns,
  rhythms,
  type ScheduleChoice,
  weekdayChoices,
} from '../../words/schedule.ts';
import { dayAndTime, zoneWords } from '../../words/time.ts';

type ScheduleFieldsProps = { value: ScheduleChoice; onChange: (value: ScheduleChoice) => void };

export function ScheduleFields({ value, onChange }: ScheduleFieldsProps) {
  const zone = useZone();
  const change = (part: Partial<ScheduleChoice>) => onChange({ ...value, ...part });
  const runs = useMemo(() => nextRuns(value, zone, Date.now(), 3), [value, zone]);
  return (
    <Stack gap="md">
      <Group gap="md" align="flex-start">
        <Select
          label="How often"
          w={200}
          data={rhythms}
          allowDeselect={false}
          value={value.rhythm}
          onChange={(rhythm) =>
            change({
              rhythm:
                oneOf(
                  rhythm,
                  rhythms.map((one) => one.value),
                ) ?? 'daily',
            })
          }
        />
        {value.rhythm === 'every-hours' && (
          <Select
            label="Every"
            w={160}
            data={hourChoices}
            allowDeselect={false}
            value={value.hours}
            onChange={(hours) => change({ hours: hours ?? value.hours })}
          />
        )}
        {value.rhythm === 'weekly' && (
          <Select
            label="On"
            w={160}
            data={weekdayChoices}
            allowDeselect={false}
            value={value.weekday}
            onChange={(weekday) => change({ weekday: weekday ?? value.weekday })}
          />
        )}
        {value.rhythm === 'monthly' && (
          <Select
            label="On"
            w={160}
            data={dayChoices}
            allowDeselect={false}
            value={value.day}
            onChange={(day) => change({ day: day ?? value.day })}
          />
        )}
        <TextInput
          label={timeLabels[value.rhythm] ?? 'At'}
          type="time"
          required
          w={200}
          value={value.at}
          error={value.at === '' ? 'Choose a time.' : undefined}
          onChange={(event) => change({ at: event.currentTarget.value.slice(0, 5) })}
        />
      </Group>
      <div>
        <Text size="sm" c="dimmed">
          The next runs, in {zoneWords(zone)}
        </Text>
        <ul aria-live="polite" style={{ margin: '0.25rem 0 0', paddingLeft: '1.25rem', minHeight: '4.65rem' }}>
          {runs.map((run) => (
            <li key={run}>
              <Text size="sm" component="span" className="numeric">
                {dayAndTime(run, zone)}
              </Text>
            </li>
          ))}
        </ul>
      </div>
    </Stack>
  );
}

const timeLabels: Partial<Record<ScheduleChoice['rhythm'], string>> = {
  hourly: 'Minutes of the hour, as in',
  'every-hours': 'Counted from',
};

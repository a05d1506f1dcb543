// What the next transfer would send: how many rows, from when, the first of them, and the beginning of the file.
// Invariant: values of people are asked for only when somebody wants to see them.

import type { DestinationView } from '@api/destinations.ts';
import { Box, Button, Code, Skeleton, Stack, Text } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { previewQuery } from '../../api/transfers.ts';
import { ProblemAlert } from '../../parts/problem.tsx';
import { useZone } from '../../parts/time.tsx';
import { startsFromWords } from '../../words/destinations.ts';
import { count } from '../../words/numbers.ts';
import { calendarDay } from '../../words/time.ts';
import firstRows from '../upload/first-rows.module.css';
import classes from './preview.module.css';

export function Preview({ slug, destination }: { slug: string; destination: DestinationView }) {
  const [wanted, setWanted] = useState(false);
  const zone = useZone();
  const preview = useQuery({ ...previewQuery(slug, destination.dataset, destination.updatedAt), enabled: wanted });
  if (!wanted)
    return (
      <div>
        <Button variant="default" size="sm" onClick={() => setWanted(true)}>
          Show what would be sent
        </Button>
      </div>
    );
  if (preview.isError) return <ProblemAlert error={preview.error} />;
  if (preview.data === undefined) return <Skeleton height={180} aria-label="The preview is being made" />;
  const { data } = preview;
  const shown = data.rows.slice(0, 10);
  return (
    <Stack gap="sm">
      <Text>
        {data.count === 0 ? (
          'There is nothing to send now.'
        ) : (
          <>
            <strong className="numeric">{count(data.count, 'row')}</strong> would be sent now as{' '}
            <Code className="cut">{data.fileName}</Code>
          </>
        )}
      </Text>
      <Text size="sm" c="dimmed">
        It starts {uncapitalised(startsFromWords(data.startsFrom, (iso) => calendarDay(iso, zone)))}.
        {data.count > shown.length && ` The first ${shown.length} rows:`}
      </Text>
      {data.notes.map((note) => (
        <Text key={note} size="sm" className="attention">
          {note}
        </Text>
      ))}
      {shown.length > 0 && (
        <Box
          component="section"
          className={`${firstRows.scroll} ${classes.scroll}`}
          aria-label="The first rows"
          tabIndex={0}
        >
          <table className={firstRows.table}>
            <thead>
              <tr>
                {keyed(data.columns).map(({ key, text }) => (
                  <th key={key} scope="col" className={classes.head}>
                    {text}
                  </th>
                ))}
              </tr>
            </thead>
            <tbody>
              {keyed(shown.map((row) => row.join('\u0000'))).map(({ key, index }) => (
                <tr key={key}>
                  {keyed(shown[index] ?? []).map((cell) => (
                    <td key={cell.key}>{cell.text}</td>
                  ))}
                </tr>
              ))}
            </tbody>
          </table>
        </Box>
      )}
      {data.sample !== '' && (
        <details className={classes.sample}>
          <summary>The beginning of the file, as it is written</summary>
          <Code block tabIndex={0} className={classes.bytes}>
            {data.sample}
          </Code>
        </details>
      )}
    </Stack>
  );
}

function uncapitalised(words: string): string {
  return `${words.charAt(0).toLowerCase()}${words.slice(1)}`;
}

/** Rows and cells have no names of their own: their place and text name them. */
function keyed(texts: string[]): { key: string; text: string; index: number }[] {
  return texts.map((text, index) => ({ key: `${index} ${text}`, text, index }));
}

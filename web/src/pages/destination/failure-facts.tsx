// A failure in words: what was observed, the one next step, and the facts for engineers below.

import type { FailureView } from '@api/destinations.ts';
import { Code, Group, Stack, Text } from '@mantine/core';
import type { ReactNode } from 'react';
import { Facts } from '../../parts/facts.tsx';
import { factText } from '../../words/stages.ts';
import classes from './failure-facts.module.css';

type FailureWordsProps = { failure: FailureView; actions?: ReactNode; headline?: boolean };

/** `headline` false: it is said already above. */
export function FailureWords({ failure, actions, headline = true }: FailureWordsProps) {
  return (
    <Stack gap="xs">
      {headline && <Text fw={600}>{failure.headline}</Text>}
      {failure.detail !== '' && (
        <Text size="sm" maw="48rem" className="cut">
          {failure.detail}
        </Text>
      )}
      {failure.nextStep !== '' && (
        <Text size="sm" maw="48rem">
          <strong>What to do:</strong> {failure.nextStep}
        </Text>
      )}
      {actions !== undefined && <Group gap="xs">{actions}</Group>}
      <FailureFacts failure={failure} />
    </Stack>
  );
}

/** What an engineer asks; closed until wanted. */
function FailureFacts({ failure }: { failure: FailureView }) {
  const facts = Object.entries(failure.facts).map(([name, value]) => ({
    name,
    value: <Code className="cut">{factText(value)}</Code>,
  }));
  return (
    <details className={classes.facts}>
      <summary>
        Facts for engineers, code <Code>{failure.code}</Code>
      </summary>
      {facts.length === 0 ? (
        <Text size="sm" c="dimmed" pt={4}>
          Nothing more was observed.
        </Text>
      ) : (
        <Facts facts={facts} />
      )}
    </details>
  );
}

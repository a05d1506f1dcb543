// What went wrong, in words, with the code small below: what happened, then what to do.

import { Alert, Code, List, Stack, Text } from '@mantine/core';
import { notifications } from '@mantine/notifications';
import { IconAlertCircle } from '@tabler/icons-react';
import type { ReactNode } from 'react';
import { problemFrom } from '../api/client.ts';

/** A refusal on the page. `action` is the one next step, when there is one. */
export function ProblemAlert({ error, action }: { error: unknown; action?: ReactNode }) {
  const problem = problemFrom(error);
  const said = `${problem.title} ${problem.detail}`;
  const fields = problem.fields?.filter((field) => !said.includes(field.message)) ?? [];
  return (
    <Alert
      color="red"
      variant="light"
      role="alert"
      icon={<IconAlertCircle aria-hidden />}
      title={problem.title}
      classNames={{ title: 'bad', icon: 'bad' }}
    >
      <Stack gap="xs" align="flex-start">
        {problem.detail !== '' && <Text size="sm">{problem.detail}</Text>}
        {fields.length > 0 && (
          <List size="sm">
            {fields.map((field) => (
              <List.Item key={`${field.name} ${field.message}`}>
                {field.name === '' ? '' : `${field.name}: `}
                {field.message}
              </List.Item>
            ))}
          </List>
        )}
        {action}
        <ProblemCode code={problem.code} requestId={problem.requestId} />
      </Stack>
    </Alert>
  );
}

function ProblemCode({ code, requestId }: { code: string; requestId?: string | undefined }) {
  return (
    <Text size="xs" c="dimmed">
      Code <Code>{code}</Code>
      {requestId !== undefined && (
        <>
          {' '}
          request <Code>{requestId}</Code>
        </>
      )}
    </Text>
  );
}

/** A refusal of something that has no place on the page of its own. It stays until it is closed. */
export function notifyProblem(error: unknown): void {
  const problem = problemFrom(error);
  notifications.show({
    id: `problem-${problem.code}`,
    color: 'red',
    role: 'alert',
    autoClose: false,
    title: problem.title,
    message: (
      <Stack gap={4}>
        {problem.detail !== '' && <Text size="sm">{problem.detail}</Text>}
        <ProblemCode code={problem.code} />
      </Stack>
    ),
    closeButtonProps: { 'aria-label': 'Close this message' },
  });
}

/** A short word that something worked. */
export function notifyDone(message: string): void {
  notifications.show({
    color: 'sea',
    message,
    autoClose: 5_000,
    closeButtonProps: { 'aria-label': 'Close this message' },
  });
}

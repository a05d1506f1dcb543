// The one question before a destructive step: what stops, what stays. Keeping things as they are is the default.

import { Button, Group, Modal, Stack, Text } from '@mantine/core';
import type { ReactNode } from 'react';
import { ProblemAlert } from './problem.tsx';

type ConfirmProps = {
  opened: boolean;
  onClose: () => void;
  title: string;
  /** What stops. */
  stops: ReactNode;
  /** What stays. */
  stays: ReactNode;
  /** More to choose, above the buttons. */
  children?: ReactNode;
  action: string;
  danger?: boolean;
  busy: boolean;
  error: unknown;
  onConfirm: () => void;
};

export function Confirm(props: ConfirmProps) {
  const { opened, onClose, title, stops, stays, children, action, danger = true, busy, error, onConfirm } = props;
  return (
    <Modal opened={opened} onClose={onClose} title={title} size="md">
      <Stack gap="md">
        <Stack gap="xs">
          <Text size="sm" component="div">
            {stops}
          </Text>
          <Text size="sm" component="div">
            {stays}
          </Text>
        </Stack>
        {children}
        {error !== null && error !== undefined && <ProblemAlert error={error} />}
        <Group justify="flex-end">
          <Button variant="default" onClick={onClose} data-autofocus>
            Keep as it is
          </Button>
          <Button color={danger ? 'red' : undefined} loading={busy} onClick={onConfirm}>
            {action}
          </Button>
        </Group>
      </Stack>
    </Modal>
  );
}

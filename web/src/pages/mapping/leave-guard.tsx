// Nobody leaves unsaved changes behind without being asked once.

import { Button, Group, Modal, Stack, Text } from '@mantine/core';
import { useBlocker } from '@tanstack/react-router';

type LeaveGuardProps = { dirty: boolean; busy: boolean; onSave: () => Promise<unknown> };

export function LeaveGuard({ dirty, busy, onSave }: LeaveGuardProps) {
  const blocker = useBlocker({
    shouldBlockFn: ({ current, next }) => dirty && current.pathname !== next.pathname,
    enableBeforeUnload: () => dirty,
    withResolver: true,
  });
  const stay = () => blocker.reset?.();
  const save = async () => {
    try {
      await onSave();
      blocker.proceed?.();
    } catch {
      stay();
    }
  };
  return (
    <Modal opened={blocker.status === 'blocked'} onClose={stay} title="Leave without saving?" size="lg">
      <Stack gap="md">
        <Text size="sm">The mapping has changes that are not saved. They are lost when you leave this page.</Text>
        <Group justify="flex-end">
          <Button variant="default" onClick={stay} data-autofocus>
            Stay here
          </Button>
          <Button variant="default" color="red" onClick={() => blocker.proceed?.()}>
            Leave without saving
          </Button>
          <Button loading={busy} onClick={() => void save()}>
            Save and leave
          </Button>
        </Group>
      </Stack>
    </Modal>
  );
}

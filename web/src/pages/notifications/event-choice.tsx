// Which events a webhook is told of, as check boxes.

import { Checkbox, Stack } from '@mantine/core';
import type { ReactNode } from 'react';
import type { WebhookEvent } from '../../api/notifications.ts';
import { eventChoices } from '../../words/notifications.ts';

type EventChoiceProps = {
  value?: WebhookEvent[];
  onChange?: (events: WebhookEvent[]) => void;
  error?: ReactNode;
  disabled?: boolean;
};

export function EventChoice({ value = [], onChange, error, disabled = false }: EventChoiceProps) {
  return (
    <Checkbox.Group
      label="It is told when"
      value={value}
      error={error}
      onChange={(chosen) => onChange?.(eventChoices.map((one) => one.value).filter((one) => chosen.includes(one)))}
    >
      <Stack gap="xs" mt="xs">
        {eventChoices.map((choice) => (
          <Checkbox key={choice.value} value={choice.value} label={choice.label} disabled={disabled} />
        ))}
      </Stack>
    </Checkbox.Group>
  );
}

// Adding a webhook. Its secret is shown once, and is copied before the dialog closes.

import { Button, Group, Modal, Stack, TextInput } from '@mantine/core';
import { useForm } from '@mantine/form';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { createWebhook, type NewWebhook, webhooksQuery } from '../../api/notifications.ts';
import { withFieldErrors } from '../../parts/form.ts';
import { ProblemAlert } from '../../parts/problem.tsx';
import { ShownOnce } from '../../parts/shown-once.tsx';
import { notBlank } from '../../words/rules.ts';
import { EventChoice } from './event-choice.tsx';

type NewWebhookDialogProps = { slug: string; opened: boolean; onClose: () => void };

export function NewWebhookDialog({ slug, opened, onClose }: NewWebhookDialogProps) {
  const queries = useQueryClient();
  const [secret, setSecret] = useState<string | null>(null);
  const form = useForm<NewWebhook>({
    initialValues: { url: '', events: ['transfer.failed'] },
    validate: { url: notBlank, events: (events) => (events.length === 0 ? 'Choose at least one.' : null) },
  });
  const create = useMutation({
    mutationFn: (values: NewWebhook) => createWebhook(slug, { ...values, url: values.url.trim() }),
    meta: { shown: true },
    gcTime: 0,
    onError: (error) => withFieldErrors(form, error),
    onSuccess: (made) => {
      setSecret(made.secret ?? '');
      void queries.invalidateQueries({ queryKey: webhooksQuery(slug).queryKey });
    },
  });
  const close = () => {
    setSecret(null);
    form.reset();
    create.reset();
    onClose();
  };
  if (secret !== null)
    return (
      <ShownOnce
        title="The secret of the webhook"
        name="secret"
        value={secret}
        use="The receiver needs it to check the signature of what it is sent."
        onClose={close}
      />
    );
  return (
    <Modal opened={opened} onClose={close} title="Add a webhook" size="md">
      <form onSubmit={form.onSubmit((values) => create.mutate(values))}>
        <Stack gap="md">
          {create.isError && <ProblemAlert error={create.error} />}
          <TextInput
            label="Address"
            description="Where the POST goes, such as https://example.edu/causeway. Without user name and password."
            required
            data-autofocus
            autoComplete="off"
            spellCheck={false}
            {...form.getInputProps('url')}
          />
          <EventChoice {...form.getInputProps('events')} />
          <Group justify="flex-end">
            <Button variant="default" onClick={close}>
              Cancel
            </Button>
            <Button type="submit" loading={create.isPending}>
              Add the webhook
            </Button>
          </Group>
        </Stack>
      </form>
    </Modal>
  );
}

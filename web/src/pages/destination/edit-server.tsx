// Changing the server or the login. Secrets are never shown again; another server is said to be one before it is saved.

import { Alert, Anchor, Stack, Text } from '@mantine/core';
import { useForm } from '@mantine/form';
import { IconInfoCircle } from '@tabler/icons-react';
import { useState } from 'react';
import { updateDestination } from '../../api/destinations.ts';
import { withFieldErrors } from '../../parts/form.ts';
import { ProblemAlert } from '../../parts/problem.tsx';
import { isOtherServer } from '../../words/destinations.ts';
import { type EditProps, FormButtons } from './form-buttons.tsx';
import { RegenerateDialog } from './regenerate-dialog.tsx';
import { PasswordField, ServerFields, type ServerValues, serverRules, usualServer } from './server-fields.tsx';
import { useDestinationChange } from './use-destination.ts';

export function EditServer(props: EditProps) {
  const { slug, destination, place, onSaved } = props;
  const { host, port, path, username, auth, checkFingerprint, hasSecret } = destination;
  const [changingLogin, setChangingLogin] = useState(false);
  const [makingKey, setMakingKey] = useState(false);
  const form = useForm<ServerValues>({
    initialValues: { ...usualServer, host, port, path, username, auth, checkFingerprint },
    validate: {
      ...serverRules,
      password: (password, values) => (needsPassword(values) && password === '' ? 'Give the password again.' : null),
    },
  });
  const other = isOtherServer(destination, numbered(form.values));
  function needsPassword(values: ServerValues): boolean {
    return auth === 'password' && (!hasSecret || isOtherServer(destination, numbered(values)));
  }
  const save = useDestinationChange(
    slug,
    (values: ServerValues) =>
      updateDestination(place, {
        host: values.host,
        port: Number(values.port),
        path: values.path,
        username: values.username,
        checkFingerprint: values.checkFingerprint,
        ...(values.password === '' ? {} : { password: values.password }),
      }),
    onSaved,
  );
  return (
    <>
      <form
        onSubmit={form.onSubmit((values) => save.mutate(values, { onError: (error) => withFieldErrors(form, error) }))}
      >
        <Stack gap="lg">
          {save.isError && <ProblemAlert error={save.error} />}
          <ServerFields form={form}>
            {other && (
              <OtherServer password={auth === 'password'} confirmed={destination.hostKeyState === 'verified'} />
            )}
            {auth === 'password' ? (
              <Stack gap={4}>
                <PasswordField
                  form={form}
                  label={needsPassword(form.values) ? 'Password' : 'New password'}
                  required={needsPassword(form.values)}
                  description={
                    needsPassword(form.values)
                      ? 'It has to be given again for this server.'
                      : 'Leave it empty to keep the present one, which nobody can see.'
                  }
                />
                <Anchor component="button" type="button" size="sm" w="fit-content" onClick={() => setMakingKey(true)}>
                  Log in with a key pair instead
                </Anchor>
              </Stack>
            ) : (
              <KeyLogin
                form={form}
                opened={changingLogin}
                onOpen={() => setChangingLogin(true)}
                onNewKey={() => setMakingKey(true)}
              />
            )}
          </ServerFields>
          {!other && form.values.path !== path && !props.draft && (
            <Text size="sm" className="attention">
              With another folder, nothing is sent until a test has passed.
            </Text>
          )}
          <FormButtons {...props} busy={save.isPending} />
        </Stack>
      </form>
      <RegenerateDialog
        destination={destination}
        place={place}
        opened={makingKey}
        onClose={() => setMakingKey(false)}
        onDone={() => setMakingKey(false)}
      />
    </>
  );
}

function numbered(values: ServerValues) {
  return { ...values, port: Number(values.port) };
}

function OtherServer({ password, confirmed }: { password: boolean; confirmed: boolean }) {
  return (
    <Alert variant="light" icon={<IconInfoCircle aria-hidden />} title="This is another server to Causeway">
      <Text size="sm">
        Nothing is sent until you have tested it.{' '}
        {confirmed && 'The confirmed fingerprints are forgotten, and the new one has to be compared. '}
        {password
          ? 'The password has to be given again, so that the old one never reaches another server.'
          : 'The key pair stays.'}
      </Text>
    </Alert>
  );
}

type KeyLoginProps = {
  form: Parameters<typeof PasswordField>[0]['form'];
  opened: boolean;
  onOpen: () => void;
  onNewKey: () => void;
};

function KeyLogin({ form, opened, onOpen, onNewKey }: KeyLoginProps) {
  return (
    <Stack gap={4}>
      <Text size="sm" fw={500}>
        Causeway logs in with its key pair
      </Text>
      <Text size="sm" c="dimmed">
        Its public half was shown once. If your IT department does not have it, make a new pair.
      </Text>
      <Anchor component="button" type="button" size="sm" w="fit-content" onClick={onNewKey}>
        Make a new key pair
      </Anchor>
      {opened ? (
        <PasswordField
          form={form}
          label="Password"
          description="With a password, the key pair is deleted. Leave it empty to keep the key pair."
        />
      ) : (
        <Anchor component="button" type="button" size="sm" w="fit-content" onClick={onOpen}>
          Log in with a password instead
        </Anchor>
      )}
    </Stack>
  );
}

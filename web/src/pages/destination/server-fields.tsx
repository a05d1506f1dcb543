// The inputs of the server: where it is, who logs in and how, and whether its fingerprint is checked.

import { NumberInput, PasswordInput, Radio, SimpleGrid, Stack, Switch, TextInput } from '@mantine/core';
import type { UseFormReturnType } from '@mantine/form';
import type { ReactNode } from 'react';
import type { KeyType } from '../../api/destinations.ts';
import { notBlank } from '../../words/rules.ts';

export type ServerValues = {
  host: string;
  port: number | string;
  path: string;
  username: string;
  auth: 'password' | 'key';
  password: string;
  keyType: KeyType;
  checkFingerprint: boolean;
};

export const usualServer: ServerValues = {
  host: '',
  port: 22,
  path: '/',
  username: '',
  auth: 'key',
  password: '',
  keyType: 'ssh-ed25519',
  checkFingerprint: true,
};

export const serverRules = {
  host: notBlank,
  username: notBlank,
  path: notBlank,
  port: (port: number | string) =>
    Number.isInteger(Number(port)) && Number(port) >= 1 && Number(port) <= 65535 ? null : 'A number from 1 to 65535.',
};

type ServerFieldsProps = {
  form: UseFormReturnType<ServerValues>;
  /** How to log in: differs between a new destination and one that has a secret. */
  children: ReactNode;
};

export function ServerFields({ form, children }: ServerFieldsProps) {
  return (
    <Stack gap="lg">
      <Stack gap="md">
        <SimpleGrid cols={{ base: 1, sm: 2 }} spacing="md">
          <TextInput
            label="Host"
            description="The name of the server alone"
            placeholder="sftp.example.edu"
            required
            spellCheck={false}
            autoCapitalize="none"
            autoComplete="off"
            {...form.getInputProps('host')}
          />
          <NumberInput
            label="Port"
            description="22 unless IT says otherwise"
            required
            min={1}
            max={65535}
            allowDecimal={false}
            allowNegative={false}
            hideControls
            {...form.getInputProps('port')}
          />
          <TextInput
            label="User name"
            description="The account that your IT department made"
            required
            spellCheck={false}
            autoCapitalize="none"
            autoComplete="off"
            {...form.getInputProps('username')}
          />
          <TextInput
            label="Folder"
            description="Where the files go; / is the top"
            required
            spellCheck={false}
            autoCapitalize="none"
            autoComplete="off"
            {...form.getInputProps('path')}
          />
        </SimpleGrid>
      </Stack>
      {children}
      <Switch
        label="Check fingerprint to verify server"
        description="On: the server must show a key whose fingerprint you have confirmed. Otherwise neither the login nor a file is sent. Off: files go to whoever answers at this address; a change of the key is recorded and mailed."
        {...form.getInputProps('checkFingerprint', { type: 'checkbox' })}
      />
    </Stack>
  );
}

/** Login of a new destination: a key pair that Causeway makes, or a password. */
export function NewLogin({ form }: { form: UseFormReturnType<ServerValues> }) {
  return (
    <Stack gap="md">
      <Radio.Group label="Causeway logs in with" {...form.getInputProps('auth')}>
        <Stack gap="xs" mt={6}>
          <Radio
            value="key"
            label="A key pair that Causeway makes"
            description="Safer: nothing secret is typed or mailed. You get its public half to pass on."
          />
          <Radio value="password" label="A password" description="It is sealed here and never shown again." />
        </Stack>
      </Radio.Group>
      {form.values.auth === 'password' ? (
        <PasswordField form={form} label="Password" required />
      ) : (
        <KeyTypeField value={form.values.keyType} onChange={(type) => form.setFieldValue('keyType', type)} />
      )}
    </Stack>
  );
}

type PasswordFieldProps = {
  form: UseFormReturnType<ServerValues>;
  label: string;
  description?: string;
  required?: boolean;
};

export function PasswordField({ form, label, description, required = false }: PasswordFieldProps) {
  return (
    <PasswordInput
      label={label}
      description={description}
      required={required}
      maw={360}
      autoComplete="new-password"
      visibilityToggleButtonProps={{ 'aria-label': 'Show or hide what was typed' }}
      {...form.getInputProps('password')}
    />
  );
}

export function KeyTypeField({ value, onChange }: { value: KeyType; onChange: (type: KeyType) => void }) {
  return (
    <Radio.Group
      label="Kind of key"
      value={value}
      onChange={(next) => onChange(next === 'ssh-rsa' ? 'ssh-rsa' : 'ssh-ed25519')}
    >
      <Stack gap="xs" mt={6}>
        <Radio value="ssh-ed25519" label="Ed25519" description="Right for nearly all servers." />
        <Radio value="ssh-rsa" label="RSA" description="For servers that do not know Ed25519." />
      </Stack>
    </Radio.Group>
  );
}

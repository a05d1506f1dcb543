// How the file looks: its name with a live example, and, closed until wanted, format, columns and what is done beside it.

import type { FileOptionsView } from '@api/destinations.ts';
import { Anchor, Code, Select, SimpleGrid, Stack, Switch, Text, Textarea, TextInput } from '@mantine/core';
import type { UseFormReturnType } from '@mantine/form';
import type { ReactNode } from 'react';
import { Disclosure } from '../../parts/disclosure.tsx';
import { useZone } from '../../parts/time.tsx';
import type { DatasetName } from '../../words/destinations.ts';
import {
  canRepeat,
  delimiterChoices,
  emptyFileChoices,
  encodingChoices,
  lineEndChoices,
  nameExample,
  nameTokens,
  quotingChoices,
  sameNameChoices,
} from '../../words/file-options.ts';
import classes from './file-form.module.css';

/** The columns are a draft of their own; an empty text stands for no key. */
export type FileValues = { file: Omit<FileOptionsView, 'columns' | 'pgpKey'> & { pgpKey: string } };

type FileFormProps = {
  form: UseFormReturnType<FileValues>;
  slug: string;
  dataset: DatasetName;
  columns: ReactNode;
};

export function FileFields({ form, slug, dataset, columns }: FileFormProps) {
  const zone = useZone();
  const { nameTemplate, sameName, pgpKey } = form.values.file;
  const encrypted = pgpKey.trim() !== '';
  const example = nameExample(nameTemplate, { institution: slug, dataset, zone, now: Date.now(), encrypted });
  const insert = (token: string) => form.setFieldValue('file.nameTemplate', `${nameTemplate}${token}`);
  return (
    <Stack gap="lg">
      <Stack gap={6}>
        <TextInput
          label="File name"
          description="Words in braces are filled in."
          required
          spellCheck={false}
          autoComplete="off"
          classNames={{ input: classes.code }}
          {...form.getInputProps('file.nameTemplate')}
        />
        <Text size="sm" aria-live="polite">
          For example <Code className="cut">{example === '' ? 'nothing yet' : example}</Code>
        </Text>
        {canRepeat(nameTemplate) && (
          <Text size="sm" className="attention">
            {sameName === 'number'
              ? 'Two files can get this name. From the second on a number is added, such as -2.'
              : 'Two files can get this name, and each replaces the one before it: what was not fetched in time is lost there.'}
          </Text>
        )}
        <ul className={classes.tokens} aria-label="What can be filled in">
          {nameTokens.map(({ token, meaning }) => (
            <li key={token}>
              <Anchor
                component="button"
                type="button"
                size="sm"
                ff="monospace"
                aria-label={`Add ${token}: ${meaning}`}
                onClick={() => insert(token)}
              >
                {token}
              </Anchor>{' '}
              {meaning}
            </li>
          ))}
        </ul>
      </Stack>
      <Select
        label="When there is nothing to send"
        maw={360}
        data={emptyFileChoices}
        allowDeselect={false}
        {...form.getInputProps('file.emptyFile')}
      />
      <Disclosure title="Format">
        <Stack gap="md">
          <SimpleGrid cols={{ base: 1, sm: 2 }} spacing="md">
            <Select
              label="Values are separated by"
              data={delimiterChoices}
              allowDeselect={false}
              {...form.getInputProps('file.delimiter')}
            />
            <Select
              label="Quotes around values"
              data={quotingChoices}
              allowDeselect={false}
              {...form.getInputProps('file.quoting')}
            />
            <Select
              label="Line ends"
              data={lineEndChoices}
              allowDeselect={false}
              {...form.getInputProps('file.lineEnd')}
            />
            <Select
              label="Encoding"
              data={encodingChoices}
              allowDeselect={false}
              {...form.getInputProps('file.encoding')}
            />
          </SimpleGrid>
          <Switch
            label="The first row holds the names of the columns"
            {...form.getInputProps('file.header', { type: 'checkbox' })}
          />
        </Stack>
      </Disclosure>
      {columns}
      <Disclosure title="Delivery and encryption">
        <Stack gap="md">
          <Select
            label="When a file of that name is there"
            maw={360}
            data={sameNameChoices}
            allowDeselect={false}
            {...form.getInputProps('file.sameName')}
          />
          <Switch
            label="Read the file back and compare it"
            description="Before it gets its name, the file is read back from your server and its hash compared. It takes as long again."
            {...form.getInputProps('file.readBack', { type: 'checkbox' })}
          />
          <Switch
            label="Put a signed manifest beside it"
            description="NAME.manifest.json says how many rows, bytes and which hash, signed by this installation."
            {...form.getInputProps('file.manifest', { type: 'checkbox' })}
          />
          <Switch
            label="Put a .done marker after it"
            description="An empty file NAME.done, for systems that wait for one before they begin."
            {...form.getInputProps('file.done', { type: 'checkbox' })}
          />
          <Textarea
            label="OpenPGP public key"
            description="The file is encrypted for it before it leaves here. Leave it empty for none. Never paste a private key."
            placeholder="-----BEGIN PGP PUBLIC KEY BLOCK-----"
            autosize
            minRows={3}
            maxRows={10}
            spellCheck={false}
            classNames={{ input: classes.code }}
            {...form.getInputProps('file.pgpKey')}
          />
        </Stack>
      </Disclosure>
    </Stack>
  );
}

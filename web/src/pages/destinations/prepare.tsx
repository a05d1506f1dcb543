// What the IT department prepares before the set-up, with our addresses to copy and all of it as text.

import { Code, Group, Stack, Text } from '@mantine/core';
import { CopyButton, CopyIcon } from '../../parts/copy.tsx';
import { preparations, preparationText } from '../../words/destinations.ts';
import classes from './prepare.module.css';

type PrepareProps = { institution: string; egressAddresses: readonly string[] };

export function Prepare({ institution, egressAddresses }: PrepareProps) {
  return (
    <Stack gap="md">
      <ol className={classes.list}>
        {preparations.map(({ title, text }, index) => (
          <li key={title}>
            <span className={classes.number} aria-hidden>
              {index + 1}
            </span>
            <div>
              <Text fw={600} size="sm">
                {title}
              </Text>
              <Text size="sm" c="dimmed" className="cut">
                {text}
              </Text>
              {index === 2 && <EgressAddresses addresses={egressAddresses} />}
            </div>
          </li>
        ))}
      </ol>
      <Group>
        <CopyButton label="Copy for your IT department" value={preparationText(institution, egressAddresses)} />
      </Group>
    </Stack>
  );
}

/** The addresses that our traffic comes from, to copy. */
export function EgressAddresses({ addresses }: { addresses: readonly string[] }) {
  if (addresses.length === 0)
    return (
      <Text size="sm" c="dimmed">
        They are not set here: ask the operator of this installation for them.
      </Text>
    );
  return (
    <Group gap={4} mt={4}>
      {addresses.map((address) => (
        <Code key={address} fz="sm">
          {address}
        </Code>
      ))}
      <CopyIcon label={addresses.length === 1 ? 'the address' : 'the addresses'} value={addresses.join('\n')} />
    </Group>
  );
}

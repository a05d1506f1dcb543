// The fingerprints of this server's host keys: SHA256 in groups, MD5 below.

import type { Feed } from '@api/feeds.ts';
import { Group, Stack, Text } from '@mantine/core';
import { CopyIcon } from '../../parts/copy.tsx';
import { grouped, keyTypeWords } from '../../words/fingerprints.ts';

export function HostKeys({ keys }: { keys: Feed['hostKeys'] }) {
  return (
    <Stack gap="md">
      {keys.map((key) => (
        <Stack key={key.type} gap={2}>
          <Group gap={4}>
            <Text size="sm" fw={600}>
              {keyTypeWords(key.type)}
            </Text>
            <Text size="xs" c="dimmed">
              {key.type}
            </Text>
            <span className="no-print">
              <CopyIcon label={`the ${keyTypeWords(key.type)} fingerprint`} value={key.sha256} />
            </span>
          </Group>
          <Text size="sm" ff="monospace" className="cut">
            {grouped(key.sha256)}
          </Text>
          <Text size="xs" ff="monospace" c="dimmed" className="cut">
            {grouped(key.md5)}
          </Text>
        </Stack>
      ))}
    </Stack>
  );
}

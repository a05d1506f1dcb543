// The files of an import: the rows to fix first, then the original, all issues, the receipt.

import type { ImportView } from '@api/imports.ts';
import { Button, Menu } from '@mantine/core';
import { IconChevronDown, IconDownload } from '@tabler/icons-react';
import { downloads } from '../../api/imports.ts';
import { isMoving } from '../../words/states.ts';

/** `quiet`: beside a more important button. */
export function Downloads({ item, quiet = false }: { item: ImportView; quiet?: boolean }) {
  const finished = !isMoving(item.status);
  return (
    <>
      {item.hasErrorFile && (
        <Button
          component="a"
          href={downloads.errors(item.id)}
          download
          variant={quiet ? 'default' : 'filled'}
          leftSection={<IconDownload size={18} aria-hidden />}
        >
          Download the rows to fix
        </Button>
      )}
      <Menu position="bottom-end">
        <Menu.Target>
          <Button variant="default" rightSection={<IconChevronDown size={16} aria-hidden />}>
            Files
          </Button>
        </Menu.Target>
        <Menu.Dropdown>
          <Menu.Item component="a" href={downloads.file(item.id)} download>
            Original file
          </Menu.Item>
          {finished && (
            <Menu.Item component="a" href={downloads.issues(item.id)} download>
              All issues (CSV)
            </Menu.Item>
          )}
          {finished && (
            <Menu.Item component="a" href={downloads.receipt(item.id)} download={`${item.fileName}.receipt.json`}>
              Receipt (JSON)
            </Menu.Item>
          )}
        </Menu.Dropdown>
      </Menu>
    </>
  );
}

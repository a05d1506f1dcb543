// Who is signed in, the colour scheme, and the way out.

import type { Me } from '@api/accounts.ts';
import {
  Group,
  Menu,
  SegmentedControl,
  Text,
  UnstyledButton,
  useMantineColorScheme,
  VisuallyHidden,
} from '@mantine/core';
import { IconDeviceDesktop, IconLogout, IconMoon, IconSelector, IconSun, IconUserCircle } from '@tabler/icons-react';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { useNavigate } from '@tanstack/react-router';
import { meQuery, signOut } from '../../api/account.ts';
import { roleWords } from '../../words/roles.ts';
import classes from './user-menu.module.css';

export function UserMenu({ me }: { me: Me }) {
  const navigate = useNavigate();
  const queries = useQueryClient();
  const leave = useMutation({
    mutationFn: signOut,
    onSuccess: async () => {
      queries.setQueryData(meQuery.queryKey, null);
      await navigate({ to: '/sign-in' });
      queries.removeQueries({ predicate: (query) => query.queryKey[0] !== meQuery.queryKey[0] });
    },
  });
  return (
    <>
      <SchemeChoice />
      <Menu position="top-start" width={230}>
        <Menu.Target>
          <UnstyledButton className={classes.user}>
            <Group gap="xs" wrap="nowrap">
              <IconUserCircle size={22} stroke={1.5} aria-hidden />
              <span className={classes.names}>
                <Text size="sm" fw={600} truncate>
                  {me.name}
                </Text>
                <Text size="xs" c="dimmed" truncate>
                  {roleWords[me.role]}
                </Text>
                <VisuallyHidden>, account menu</VisuallyHidden>
              </span>
              <IconSelector size={16} aria-hidden />
            </Group>
          </UnstyledButton>
        </Menu.Target>
        <Menu.Dropdown>
          <Menu.Item
            leftSection={<IconUserCircle size={16} aria-hidden />}
            onClick={() => void navigate({ to: '/profile' })}
          >
            Change password
          </Menu.Item>
          <Menu.Item leftSection={<IconLogout size={16} aria-hidden />} onClick={() => leave.mutate()}>
            Sign out
          </Menu.Item>
        </Menu.Dropdown>
      </Menu>
    </>
  );
}

const schemes = [
  { value: 'auto', label: 'Like the system', icon: IconDeviceDesktop },
  { value: 'light', label: 'Light', icon: IconSun },
  { value: 'dark', label: 'Dark', icon: IconMoon },
] as const;

function SchemeChoice() {
  const { colorScheme, setColorScheme } = useMantineColorScheme();
  return (
    <SegmentedControl
      fullWidth
      size="xs"
      mb="xs"
      aria-label="Colours"
      value={colorScheme}
      onChange={(value) => {
        const chosen = schemes.find((scheme) => scheme.value === value);
        if (chosen !== undefined) setColorScheme(chosen.value);
      }}
      data={schemes.map(({ value, label, icon: Icon }) => ({
        value,
        label: (
          <span title={label}>
            <Icon size={16} aria-hidden style={{ display: 'block', margin: '2px auto' }} />
            <VisuallyHidden>{label}</VisuallyHidden>
          </span>
        ),
      }))}
    />
  );
}

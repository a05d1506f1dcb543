// Typed links in the look of the pages: a text link, a button, and the link of a whole table row.

import { Anchor, type AnchorProps, Button, type ButtonProps } from '@mantine/core';
import { createLink } from '@tanstack/react-router';
import type { ComponentPropsWithRef } from 'react';

type AnchorLinkProps = Omit<AnchorProps, 'href'> & Omit<ComponentPropsWithRef<'a'>, keyof AnchorProps>;
type ButtonLinkProps = Omit<ButtonProps, 'href'> & Omit<ComponentPropsWithRef<'a'>, keyof ButtonProps>;

export const TextLink = createLink((props: AnchorLinkProps) => (
  <Anchor inherit={props.size === undefined} {...props} />
));

export const ButtonLink = createLink((props: ButtonLinkProps) => <Button component="a" {...props} />);

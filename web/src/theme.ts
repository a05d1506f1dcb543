// The look: colours, type and defaults of every part. Both schemes pass WCAG AA for text (axe checks each page).
// Invariant: colour supports words and icons, it never carries a meaning alone.

import { type CSSVariablesResolver, createTheme, type MantineColorsTuple } from '@mantine/core';

const sea: MantineColorsTuple = [
  '#edf7f9',
  '#dbecf0',
  '#b5d9e2',
  '#8cc5d3',
  '#6ab4c6',
  '#54a9be',
  '#479fb6',
  '#378ba1',
  '#146a80',
  '#0c5164',
];

const dark: MantineColorsTuple = [
  '#d6dae0',
  '#b9c0c9',
  '#9ba5b0',
  '#6f7984',
  '#414a54',
  '#333b44',
  '#272e36',
  '#1b2027',
  '#15191f',
  '#0f1317',
];

const system = 'system-ui, -apple-system, "Segoe UI", Roboto, "Helvetica Neue", Arial, sans-serif';

export const theme = createTheme({
  colors: { sea, dark },
  black: '#16202a',
  primaryColor: 'sea',
  primaryShade: { light: 8, dark: 8 },
  fontFamily: system,
  fontFamilyMonospace: 'ui-monospace, "SF Mono", "Cascadia Mono", Menlo, Consolas, "DejaVu Sans Mono", monospace',
  defaultRadius: 'md',
  cursorType: 'pointer',
  respectReducedMotion: true,
  headings: {
    fontWeight: '600',
    textWrap: 'balance',
    sizes: {
      h1: { fontSize: '1.625rem', lineHeight: '1.25' },
      h2: { fontSize: '1.125rem', lineHeight: '1.35' },
      h3: { fontSize: '1rem', lineHeight: '1.4' },
    },
  },
  components: {
    Paper: { defaultProps: { withBorder: true, p: 'lg' } },
    Tooltip: { defaultProps: { withArrow: true, openDelay: 250, events: { hover: true, focus: true, touch: true } } },
    Modal: { defaultProps: { centered: true, size: 'lg', padding: 'xs', closeButtonProps: { 'aria-label': 'Close' } } },
    Menu: { defaultProps: { withinPortal: false, withInitialFocusPlaceholder: false, shadow: 'md' } },
    Anchor: { defaultProps: { underline: 'hover' } },
    Select: { defaultProps: { checkIconPosition: 'right', comboboxProps: { shadow: 'md' } } },
    Autocomplete: { defaultProps: { comboboxProps: { shadow: 'md' } } },
  },
});

export const cssVariables: CSSVariablesResolver = () => ({
  variables: {},
  light: {
    '--mantine-color-dimmed': '#56606c',
    '--mantine-color-placeholder': '#6b7580',
    '--mantine-color-error': '#b42318',
    '--mantine-color-body': '#ffffff',
    '--causeway-page': '#f6f8f9',
    '--causeway-line': '#dfe4e8',
  },
  dark: {
    '--mantine-color-dimmed': '#a3adb8',
    '--mantine-color-placeholder': '#8d97a2',
    '--mantine-color-error': '#ff9b92',
    '--causeway-page': '#15191f',
    '--causeway-line': '#333b44',
  },
});

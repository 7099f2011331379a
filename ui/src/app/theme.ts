import {
  createTheme,
  type CSSVariablesResolver,
  defaultVariantColorsResolver,
  type MantineColorsTuple,
  type VariantColorsResolver,
} from '@mantine/core';
import { texts } from './texts';
import classes from './theme.module.css';

const accent: MantineColorsTuple = [
  '#eeeefc',
  '#dcdcf7',
  '#c3c3f1',
  '#adaef6',
  '#9b9cf4',
  '#7a7be6',
  '#5151cd',
  '#4545b8',
  '#3a3a9e',
  '#2e2e80',
];

/** Text on the accent is dark where the accent is light, which Mantine would decide once for both. */
const variantColors: VariantColorsResolver = (input) => {
  const colors = defaultVariantColorsResolver(input);
  const isAccent = input.color === undefined || input.color === input.theme.primaryColor;
  if (input.variant !== 'filled' || !isAccent) return colors;
  return { ...colors, background: 'var(--accent)', hover: 'var(--accent-hover)', color: 'var(--on-accent)' };
};

/** What floats over the page has the border of a panel, not that of a control. */
const surface = { borderColor: 'var(--line)', backgroundColor: 'var(--panel)' };

/** Mantine's components in the sizes and colours of the tokens. */
export const theme = createTheme({
  primaryColor: 'accent',
  primaryShade: { light: 6, dark: 4 },
  variantColorResolver: variantColors,
  colors: { accent },
  fontFamily: 'var(--font)',
  fontFamilyMonospace: 'var(--font-mono)',
  defaultRadius: 'md',
  radius: { md: '6px' },
  fontSizes: { xs: '12px', sm: '13px', md: '13px', lg: '15px', xl: '19px' },
  spacing: { xs: '4px', sm: '8px', md: '12px', lg: '16px', xl: '24px' },
  cursorType: 'pointer',
  respectReducedMotion: true,
  components: {
    Button: {
      defaultProps: { size: 'compact-sm' },
      classNames: { root: classes.button ?? '' },
      styles: { root: { fontWeight: 500 } },
    },
    ActionIcon: { defaultProps: { variant: 'subtle', color: 'gray', size: 'md' } },
    TextInput: { defaultProps: { size: 'xs' } },
    NumberInput: { defaultProps: { size: 'xs' } },
    Textarea: { defaultProps: { size: 'xs' } },
    Select: { defaultProps: { size: 'xs' } },
    NativeSelect: { defaultProps: { size: 'xs' } },
    TagsInput: { defaultProps: { size: 'xs' } },
    Autocomplete: { defaultProps: { size: 'xs' } },
    Switch: { defaultProps: { size: 'xs' } },
    SegmentedControl: { defaultProps: { size: 'xs', withItemsBorders: false } },
    // Mantine's own size is below the smallest text.
    InputWrapper: { styles: { description: { fontSize: 12 }, error: { fontSize: 12 } } },
    Modal: { defaultProps: { closeButtonProps: { 'aria-label': texts.actions.close } } },
    Drawer: { defaultProps: { closeButtonProps: { 'aria-label': texts.actions.close } } },
    Notification: { defaultProps: { closeButtonProps: { 'aria-label': texts.actions.close } } },
    Menu: { defaultProps: { shadow: 'md' }, styles: { dropdown: surface, label: { fontSize: 12 } } },
    Popover: { defaultProps: { shadow: 'md' }, styles: { dropdown: surface } },
    Combobox: { styles: { dropdown: surface, groupLabel: { fontSize: 12 } } },
    Tabs: { styles: { root: { '--tab-border-color': 'var(--line)' } } },
    Tooltip: { defaultProps: { openDelay: 400, withArrow: true } },
  },
});

/** Mantine's own variables, taken from the tokens so that both look alike. */
export const cssVariables: CSSVariablesResolver = () => {
  const shared = {
    '--mantine-color-body': 'var(--panel)',
    '--mantine-color-text': 'var(--ink)',
    '--mantine-color-dimmed': 'var(--mute)',
    '--mantine-color-default': 'var(--raised)',
    '--mantine-color-default-border': 'var(--control)',
    '--mantine-color-default-color': 'var(--ink)',
    '--mantine-color-default-hover': 'var(--soft)',
    '--mantine-color-placeholder': 'var(--faint)',
    '--mantine-color-error': 'var(--bad)',
    '--mantine-color-gray-light-color': 'var(--mute)',
    '--mantine-color-gray-light-hover': 'var(--soft)',
    '--mantine-color-red-light': 'var(--bad-soft)',
    '--mantine-color-red-light-hover': 'var(--bad-soft)',
    '--mantine-color-red-light-color': 'var(--bad)',
  };
  const light = {
    '--mantine-color-gray-0': 'var(--soft)',
    '--mantine-color-gray-1': 'var(--soft)',
    '--mantine-color-gray-2': 'var(--line)',
    '--mantine-color-gray-3': 'var(--line)',
    '--mantine-color-gray-4': 'var(--control)',
    '--mantine-color-gray-6': 'var(--mute)',
    '--mantine-color-gray-7': 'var(--mute)',
  };
  const dark = {
    '--mantine-color-dark-0': 'var(--ink)',
    '--mantine-color-dark-1': 'var(--mute)',
    '--mantine-color-dark-2': 'var(--mute)',
    '--mantine-color-dark-3': 'var(--faint)',
    '--mantine-color-dark-4': 'var(--control)',
    '--mantine-color-dark-5': 'var(--line)',
    '--mantine-color-dark-6': 'var(--raised)',
    '--mantine-color-dark-7': 'var(--panel)',
    '--mantine-color-dark-8': 'var(--bg)',
  };
  return { variables: {}, light: { ...shared, ...light }, dark: { ...shared, ...dark } };
};

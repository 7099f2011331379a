import { Button, type ButtonProps } from '@mantine/core';
import { IconPlus } from '@tabler/icons-react';
import { Link } from '@tanstack/react-router';
import { providerTexts } from './texts';

/** Leads to where a provider is added. */
export function ToProviders({ variant }: Required<Pick<ButtonProps, 'variant'>>) {
  return (
    <Button
      component={Link}
      to="/settings/providers"
      variant={variant}
      leftSection={<IconPlus size={14} aria-hidden />}
    >
      {providerTexts.add}
    </Button>
  );
}

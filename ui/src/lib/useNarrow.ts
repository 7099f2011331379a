import { useMediaQuery } from '@mantine/hooks';

/** Whether the window is too narrow for panes beside each other. */
export function useNarrow(): boolean {
  return useMediaQuery('(max-width: 1100px)', false, { getInitialValueInEffect: false });
}

import { type ComponentProps, lazy, Suspense } from 'react';
import type { VersionsTab as Tab } from './VersionsTab';

const Loaded = lazy(() => import('./VersionsTab').then((module) => ({ default: module.VersionsTab })));

/** The versions of a prompt, whose viewer of differences is loaded when it is first wanted. */
export function VersionsTab(props: ComponentProps<typeof Tab>) {
  return (
    <Suspense>
      <Loaded {...props} />
    </Suspense>
  );
}

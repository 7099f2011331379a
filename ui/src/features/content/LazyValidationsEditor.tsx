import { type ComponentProps, lazy, Suspense } from 'react';
import type { ValidationsEditor as Editor } from './ValidationsEditor';

const Loaded = lazy(() =>
  import('./ValidationsEditor').then((module) => ({ default: module.ValidationsEditor })),
);

/** The validations of a prompt, whose editors are loaded when they are first wanted. */
export function ValidationsEditor(props: ComponentProps<typeof Editor>) {
  return (
    <Suspense>
      <Loaded {...props} />
    </Suspense>
  );
}

import { lazy, Suspense, useEffect, useState } from 'react';
import type { Asked } from './Dialogs';
import { onTransfer } from './open';

// They come with other places that are rarely gone to: a chunk of their own would cut up those that everybody loads.
const Dialogs = lazy(() => import('../workspace/places').then((module) => ({ default: module.Dialogs })));

/** Importing and exporting, when they are asked for. Stands once in the frame. */
export function Transfer() {
  const [asked, setAsked] = useState<Asked | null>(null);
  useEffect(
    () =>
      onTransfer(
        () => setAsked({ kind: 'import' }),
        (prompt) => setAsked({ kind: 'export', prompt }),
      ),
    [],
  );
  return <Suspense>{asked !== null && <Dialogs asked={asked} onClose={() => setAsked(null)} />}</Suspense>;
}

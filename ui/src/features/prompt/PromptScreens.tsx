import { Activity, useState } from 'react';
import { PromptPlaceholder } from './PromptPlaceholder';
import { PromptScreen } from './PromptScreen';

/** So many screens are kept as they are: what is open beyond them is drawn anew. */
const MOST_KEPT = 5;

/**
 * The screen of the prompt that is open. Those that were on screen before are kept with all that they show, so that
 * going back to one finds it as it was left: its tab, its views, and how far each part is scrolled.
 */
export function PromptScreens({ current, open }: { current: string | undefined; open: readonly string[] }) {
  const [kept, setKept] = useState<readonly string[]>([]);
  const wanted = keep(kept, current, open);
  if (wanted.join() !== kept.join()) setKept(wanted);
  return (
    <>
      {current === undefined && <PromptPlaceholder />}
      {wanted.toSorted().map((id) => (
        <Activity key={id} mode={id === current ? 'visible' : 'hidden'}>
          <PromptScreen id={id} />
        </Activity>
      ))}
    </>
  );
}

/** The newest first; of those behind it only what still has a tab. */
function keep(kept: readonly string[], current: string | undefined, open: readonly string[]): string[] {
  const others = kept.filter((id) => id !== current && open.includes(id));
  return (current === undefined ? others : [current, ...others]).slice(0, MOST_KEPT);
}

import { Chip } from '../../components/Chip';
import type { LastVerdicts } from './around';
import { validationTexts } from './texts';

const words = validationTexts.lastRun;

/** How often a validation did not hold in the last run; nothing where it always did. */
export function LastRun({ verdicts }: { verdicts: LastVerdicts | undefined }) {
  if (verdicts === undefined) return null;
  const { failed, undecided, of } = verdicts;
  return (
    <>
      {failed > 0 && <Chip tone="bad">✕ {words.fail(failed, of)}</Chip>}
      {undecided > 0 && <Chip tone="warn">⚠ {words.error(undecided, of)}</Chip>}
    </>
  );
}

import { useMemo } from 'react';
import type { ContentReport, Problem } from '../../bindings/types';
import type { Work } from '../prompt/useWork';
import { validationTexts } from '../validation/texts';
import { useLastRun } from '../validation/useLastRun';
import classes from '../validation/validation.module.css';
import { ValidationList } from '../validation/ValidationList';
import { useChecked } from './checked';
import { ownerOf } from './useJsonText';

const NO_PROBLEMS: readonly Problem[] = [];
const problemsOf = ({ problems }: ContentReport) => problems;

/** The rules that the answers of a prompt are checked against. */
export function ValidationsEditor({ work, promptId = null }: { work: Work; promptId?: string | null }) {
  const { validations } = work.content;
  const problems = useChecked(work.checked, problemsOf) ?? NO_PROBLEMS;
  const lastRun = useLastRun(promptId);
  const owner = ownerOf(work);
  const around = useMemo(
    () => ({ owner, problems, promptId, lastRun }),
    [owner, problems, promptId, lastRun],
  );
  return (
    <div className={classes.editor}>
      {validations.length > 0 && <p className={classes.intro}>{validationTexts.intro}</p>}
      <ValidationList
        validations={validations}
        onChange={(next) => work.setContent((now) => ({ ...now, validations: next(now.validations) }))}
        around={around}
      />
    </div>
  );
}

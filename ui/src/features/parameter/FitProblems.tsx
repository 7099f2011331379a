import type { ParameterProblem } from '../../bindings/types';
import { Marked } from '../../components/Notice';
import classes from './ParametersForm.module.css';

/** What a model does not take, before it is run. */
export function FitProblems({ problems }: { problems: readonly ParameterProblem[] }) {
  if (problems.length === 0) return null;
  return (
    <ul className={classes.problems}>
      {problems.map(({ parameter, message, hint }) => (
        <li key={`${parameter} ${message}`}>
          <Marked text={message} />
          {hint !== '' && (
            <>
              . <Marked text={hint} />
            </>
          )}
        </li>
      ))}
    </ul>
  );
}

import { Marked } from '../../components/Notice';
import classes from './ParametersForm.module.css';

/** What a model does not take, a parameter or an attachment, and what to do. */
export interface FitProblem {
  readonly message: string;
  readonly hint: string;
}

/** What a model does not take, before it is run. */
export function FitProblems({ problems }: { problems: readonly FitProblem[] }) {
  if (problems.length === 0) return null;
  return (
    <ul className={classes.problems}>
      {problems.map(({ message, hint }) => (
        <li key={message}>
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

import { texts } from '../../app/texts';
import { CopyIcon } from '../../components/CopyIcon';
import { Marked } from '../../components/Notice';
import type { Failure } from '../../bindings/types';
import classes from './details.module.css';
import { runsTexts } from './runs.texts';

const words = runsTexts.details;

/** Why it failed: what happened, what to do, and what the provider said, which is its own text. */
export function FailureBox({ failure }: { failure: Failure }) {
  return (
    <div className={classes.failure}>
      <b>{texts.failure[failure.class]}</b>
      <p>
        <Marked text={failure.message} />
      </p>
      {failure.hint !== '' && (
        <p>
          <Marked text={failure.hint} />
        </p>
      )}
      {failure.retryAfter !== undefined && failure.retryAfter !== null && (
        <p>{words.retryAfter(failure.retryAfter)}</p>
      )}
      {failure.detail !== undefined && failure.detail !== null && (
        <details>
          <summary>{words.words}</summary>
          <pre className={classes.text}>{failure.detail}</pre>
          <CopyIcon value={failure.detail} label={words.copyThing(words.words)} />
        </details>
      )}
    </div>
  );
}

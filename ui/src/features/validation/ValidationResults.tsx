import type { Execution, ValidationResult, Verdict } from '../../bindings/types';
import { Chip } from '../../components/Chip';
import { Marked } from '../../components/Notice';
import { detailOf, isEmpty, score } from './detail';
import { ResultDetail } from './ResultDetail';
import classes from './results.module.css';
import { validationTexts } from './texts';

const words = validationTexts.results;

const SIGNS: Record<Verdict, { sign: string; tone: 'good' | 'bad' | 'warn' }> = {
  pass: { sign: '✓', tone: 'good' },
  fail: { sign: '✕', tone: 'bad' },
  error: { sign: '⚠', tone: 'warn' },
};

/** How many of an execution's validations hold, and the mean of their scores. */
export function summaryOf({ validations, score: mean }: Execution): string {
  const held = validations.filter(({ verdict }) => verdict === 'pass').length;
  return words.summary(held, validations.length, mean == null ? null : score(mean));
}

/** What came of an execution's validations: those that do not hold first, the others folded where asked for. */
export function ValidationResults({ execution, isBrief }: { execution: Execution; isBrief: boolean }) {
  const { validations } = execution;
  if (validations.length === 0) return null;
  const held = validations.filter(({ verdict }) => verdict === 'pass');
  const open = isBrief ? validations.filter(({ verdict }) => verdict !== 'pass') : validations;
  return (
    <div className={classes.results}>
      <div className={classes.summary}>{summaryOf(execution)}</div>
      {open.map((result) => (
        <Result key={result.name} result={result} />
      ))}
      {isBrief && held.length > 0 && (
        <details>
          <summary>{words.held(held.length)}</summary>
          {held.map((result) => (
            <Result key={result.name} result={result} />
          ))}
        </details>
      )}
    </div>
  );
}

/** The result of one validation. */
export function Result({ result }: { result: ValidationResult }) {
  const { name, verdict, message } = result;
  const { sign, tone } = SIGNS[verdict];
  const detail = detailOf(result.detail);
  return (
    <div role="group" aria-label={name} className={classes.result} data-verdict={verdict}>
      <div className={classes.head}>
        <Chip tone={tone}>
          {sign} {words.verdicts[verdict]}
        </Chip>
        <b>{name}</b>
        <span className={classes.score}>{words.score(score(result.score))}</span>
      </div>
      <p>
        <Marked text={message} />
      </p>
      {verdict === 'error' && <p className={classes.next}>{words.undecided}</p>}
      {detail !== null && !isEmpty(detail) && (
        <details>
          <summary>{words.detail}</summary>
          <ResultDetail detail={detail} />
        </details>
      )}
    </div>
  );
}

import classes from './budget.module.css';
import type { BudgetView } from '../../bindings/types';
import { dollars } from '../../lib/format';
import { level, scopeName, shares, usedText } from './scope';
import { budgetTexts } from './texts';

/** How much of a budget is spent and set aside, as a bar and in words. */
export function Meter({ budget }: { budget: BudgetView }) {
  const { settled, reserved } = shares(budget);
  const at = level(budget);
  const text = usedText(budget);
  return (
    <div className={classes.used}>
      <div
        className={classes.meter}
        role="meter"
        aria-label={budgetTexts.of(scopeName(budget))}
        aria-valuemin={0}
        aria-valuemax={100}
        aria-valuenow={Math.round(settled * 100)}
        aria-valuetext={text}
        data-level={at}
      >
        <i style={{ width: `${settled * 100}%` }} />
        <i data-reserved style={{ width: `${reserved * 100}%` }} />
      </div>
      <div className="num">
        {text}
        {at !== 'fine' && <b className={classes[at]}> {budgetTexts[at]}</b>}
        {budget.reservedUsd !== '0' && (
          <span className={classes.quiet}> {budgetTexts.reserved(dollars(budget.reservedUsd))}</span>
        )}
      </div>
    </div>
  );
}

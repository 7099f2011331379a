import { useQuery } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import { Meter } from '../budget/Meter';
import { budgetsQuery } from '../budget/queries';
import { scopeName } from '../budget/scope';
import { budgetTexts } from '../budget/texts';
import classes from './health.module.css';
import { healthTexts } from './texts';

const words = healthTexts.budgets;

/** The budgets, with what is spent of each. */
export function BudgetUse() {
  const budgets = useQuery(budgetsQuery).data?.items ?? [];
  return (
    <section className={classes.section}>
      <h2>{words.title}</h2>
      {budgets.length === 0 && <p className={classes.quiet}>{words.none}</p>}
      <ul className={classes.budgets}>
        {budgets.map((budget) => (
          <li key={budget.id}>
            <span>
              {scopeName(budget)} <span className={classes.quiet}>{budgetTexts.period[budget.period]}</span>
            </span>
            <Meter budget={budget} />
          </li>
        ))}
      </ul>
      <Link to="/settings/budgets">{words.open}</Link>
    </section>
  );
}

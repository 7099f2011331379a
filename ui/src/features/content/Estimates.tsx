import type { Content, Estimate, ModelChoice } from '../../bindings/types';
import { texts as appTexts } from '../../app/texts';
import { count, dollars } from '../../lib/format';
import { Marked } from '../../components/Notice';
import { FitProblems } from '../parameter/FitProblems';
import { useFit } from '../parameter/useFit';
import { type Checked, useEstimates, useIsOld, useUncounted } from './checked';
import { filled, total } from './estimate';
import classes from './Estimates.module.css';
import { contentTexts } from './texts';

const texts = contentTexts.estimates;

/** What the request fills and costs on each model. While it cannot be rendered the figures are those of before. */
export function Estimates(props: {
  readonly content: Content;
  readonly checked: Checked;
  readonly choices: readonly ModelChoice[];
}) {
  const { content, checked, choices } = props;
  const estimates = useEstimates(checked, choices);
  const isOld = useIsOld(checked);
  const uncounted = useUncounted(checked);
  if (choices.length === 0) return null;
  return (
    <div className={classes.estimates} data-old={isOld || undefined}>
      {choices.map((choice, index) => {
        const estimate = estimates[index];
        const isOf = estimate?.model === choice.model;
        return (
          <ModelEstimate key={index} choice={choice} content={content} estimate={isOf ? estimate : null} />
        );
      })}
      <div className={classes.row}>
        <span>{texts.total(choices.length)}</span>
        <b className="num">{sum(estimates)}</b>
      </div>
      {uncounted !== null && (
        <p className={classes.uncounted}>
          <Marked text={texts.uncounted(uncounted, estimates.length > 0)} />
        </p>
      )}
    </div>
  );
}

function sum(estimates: readonly Estimate[]): string {
  if (estimates.length === 0) return appTexts.none;
  const { cost, isWhole } = total(estimates);
  if (cost === null) return appTexts.unknown;
  return isWhole ? cost : texts.atLeast(cost);
}

function ModelEstimate(props: { choice: ModelChoice; content: Content; estimate: Estimate | null }) {
  const { choice, content, estimate } = props;
  const { model } = choice;
  const { problems } = useFit(choice, content);
  const label = texts.context(model);
  const size = estimate === null ? appTexts.none : texts.ofWindow(tokensOf(estimate), windowOf(estimate));
  const cost = estimate && texts.range(dollars(estimate.inputCostUsd), dollars(estimate.worstCostUsd));
  return (
    <div>
      <div className={classes.row}>
        <span className={classes.name} title={model}>
          {label}
        </span>
        <b className="num">{size}</b>
      </div>
      <Gauge label={label} size={size} estimate={estimate} />
      <div className={classes.row}>
        <span>{texts.cost}</span>
        <b className="num">{cost ?? appTexts.none}</b>
      </div>
      <FitProblems problems={problems} />
    </div>
  );
}

function Gauge({ label, size, estimate }: { label: string; size: string; estimate: Estimate | null }) {
  const share = estimate && filled(estimate);
  const isOver = share !== null && share > 1;
  return (
    <>
      <div
        className={classes.gauge}
        role="meter"
        aria-label={label}
        aria-valuemin={0}
        aria-valuemax={100}
        aria-valuenow={Math.round(Math.min(1, share ?? 0) * 100)}
        aria-valuetext={size}
        data-unknown={share === null || undefined}
        data-over={isOver || undefined}
      >
        {share !== null && <i style={{ width: `${Math.min(100, Math.max(1, share * 100))}%` }} />}
      </div>
      {isOver && <div className={classes.over}>{texts.tooLong}</div>}
    </>
  );
}

function tokensOf({ inputTokens, exact }: Estimate): string {
  return exact ? count(inputTokens) : texts.about(count(inputTokens));
}

function windowOf({ contextWindow }: Estimate): string {
  return contextWindow === null ? appTexts.unknown : count(contextWindow);
}

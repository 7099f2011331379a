import type { Content, Estimate } from '../../bindings/types';
import { texts as appTexts } from '../../app/texts';
import { count, dollars } from '../../lib/format';
import { filled, total } from './estimate';
import classes from './Estimates.module.css';
import { useRendered } from './queries';
import { contentTexts } from './texts';

const texts = contentTexts.estimates;

/** What the request fills and costs on each model. */
export function Estimates(props: {
  readonly content: Content;
  readonly inputs: Record<string, unknown>;
  readonly models: string[];
}) {
  const { rendered, isStale } = useRendered(props.content, props.inputs, props.models);
  if (props.models.length === 0) return null;
  if (rendered === null) return <p className={classes.none}>{isStale ? ' ' : texts.none}</p>;
  const { cost, isWhole } = total(rendered.estimates);
  const sum = cost === null ? appTexts.unknown : isWhole ? cost : texts.atLeast(cost);
  return (
    <div className={classes.estimates}>
      {rendered.estimates.map((estimate) => (
        <ModelEstimate key={estimate.model} estimate={estimate} />
      ))}
      <div className={classes.row}>
        <span>{texts.total(rendered.estimates.length)}</span>
        <b className="num">{sum}</b>
      </div>
    </div>
  );
}

function ModelEstimate({ estimate }: { estimate: Estimate }) {
  const { model, inputTokens, contextWindow, exact, inputCostUsd, worstCostUsd } = estimate;
  const tokens = `${exact ? '' : '≈ '}${count(inputTokens)}`;
  const window = contextWindow === null ? appTexts.unknown : count(contextWindow);
  const share = filled(estimate);
  const isOver = contextWindow !== null && inputTokens > contextWindow;
  return (
    <div>
      <div className={classes.row}>
        <span className={classes.name} title={model}>
          {texts.context(model)}
        </span>
        <b className="num">{texts.ofWindow(tokens, window)}</b>
      </div>
      <div
        className={classes.gauge}
        role="meter"
        aria-label={texts.context(model)}
        aria-valuemin={0}
        aria-valuemax={contextWindow ?? inputTokens}
        aria-valuenow={Math.min(inputTokens, contextWindow ?? inputTokens)}
        aria-valuetext={texts.ofWindow(tokens, window)}
        data-unknown={share === null || undefined}
        data-over={isOver || undefined}
      >
        {share !== null && <i style={{ width: `${Math.max(share * 100, 1)}%` }} />}
      </div>
      {isOver && <div className={classes.over}>{texts.tooLong}</div>}
      <div className={classes.row}>
        <span>{texts.cost}</span>
        <b className="num">{texts.range(dollars(inputCostUsd), dollars(worstCostUsd))}</b>
      </div>
    </div>
  );
}

import { texts } from '../../app/texts';
import type { Execution, Finish } from '../../bindings/types';
import { count, dollars, duration, rate } from '../../lib/format';
import type { Best } from './best';
import classes from './run.module.css';
import { finishText } from './summary';

/** The figures of an execution, always in the same order. */
export function ColumnFooter({ execution, best }: { execution: Execution; best: Best }) {
  const { metrics, finish, id, status } = execution;
  const usage = metrics.tokenUsage;
  const about = metrics.basis === 'estimated' || metrics.basis === 'worst-case' ? '≈ ' : '';
  const running = status === 'running' ? '…' : texts.none;
  const cost = metrics.costUsd === null && status !== 'completed' ? texts.none : dollars(metrics.costUsd);
  return (
    <dl className={`${classes.footer ?? ''} num`}>
      <Figure
        name={texts.column.firstToken}
        value={duration(metrics.firstTokenMs)}
        isBest={best.firstToken === id}
      />
      <Figure name={texts.column.rate} value={rate(metrics.tokensPerSecond)} isBest={best.rate === id} />
      <Figure
        name={texts.column.tokens}
        value={`${usage ? about : ''}${count(usage?.inputTokens)} · ${count(usage?.outputTokens)}`}
      />
      <Figure name={texts.column.cost} value={`${usage ? about : ''}${cost}`} isBest={best.cost === id} />
      <Figure name={texts.column.latency} value={duration(metrics.latencyMs)} isBest={best.latency === id} />
      <FinishFigure finish={finish} otherwise={running} />
    </dl>
  );
}

/** Why the model stopped. That it was simply done needs no notice; the provider's own word is a title away. */
function FinishFigure({ finish, otherwise }: { finish: Finish | null; otherwise: string }) {
  const word = finish?.word;
  return (
    <div>
      <dt>{texts.column.finish}</dt>
      <dd
        className={finish?.reason === 'stop' ? classes.quiet : undefined}
        title={word === undefined || word === null ? undefined : texts.column.finishWord(word)}
      >
        {finish === null ? otherwise : finishText(finish)}
      </dd>
    </div>
  );
}

function Figure({ name, value, isBest = false }: { name: string; value: string; isBest?: boolean }) {
  return (
    <div>
      <dt>{name}</dt>
      <dd>
        {value}
        {isBest && (
          <span className={classes.best} role="img" aria-label={texts.column.best}>
            ▲
          </span>
        )}
      </dd>
    </div>
  );
}

import { Tooltip } from '@mantine/core';
import { texts } from '../../app/texts';
import type { Execution, Finish } from '../../bindings/types';
import { count, dollars, duration, elapsed, rate } from '../../lib/format';
import type { Best, Winner } from './best';
import { columnsTexts } from './columns.texts';
import type { Live } from './live';
import classes from './run.module.css';
import { finishText } from './summary';
import { useLive } from './useLive';

/** The figures of an execution, always in the same order; while it streams, as far as they are known. */
export function ColumnFooter({ execution, best }: { execution: Execution; best: Best }) {
  const live = useLive(execution);
  if (live !== null) return <LiveFooter live={live} />;
  return <SettledFooter execution={execution} best={best} />;
}

/** Figures that grow. What is guessed from the length of the answer is marked. */
function LiveFooter({ live }: { live: Live }) {
  const { firstTokenMs, tokensPerSecond, outputTokens, elapsedMs } = live;
  const about = (value: number | null) => (value === null ? texts.none : `≈ ${count(Math.round(value))}`);
  return (
    <dl className={`${classes.footer ?? ''} num`}>
      <Figure brief={brief} name={texts.column.firstToken} value={duration(firstTokenMs)} />
      <Figure name={texts.column.rate} value={about(tokensPerSecond)} />
      <Figure name={texts.column.tokens} value={`${texts.none} · ${about(outputTokens)}`} />
      <Figure name={texts.column.cost} value={texts.none} />
      <Figure name={texts.column.latency} value={elapsed(elapsedMs)} />
      <FinishFigure finish={null} otherwise="…" />
    </dl>
  );
}

/** The figures of what has not begun or has ended. */
function SettledFooter({ execution, best }: { execution: Execution; best: Best }) {
  const { metrics, finish, id, status } = execution;
  const usage = metrics.tokenUsage;
  const about = metrics.basis === 'estimated' || metrics.basis === 'worst-case' ? '≈ ' : '';
  const running = status === 'running' ? '…' : texts.none;
  const cost = metrics.costUsd === null && status !== 'completed' ? texts.none : dollars(metrics.costUsd);
  return (
    <dl className={`${classes.footer ?? ''} num`}>
      <Figure
        brief={brief}
        name={texts.column.firstToken}
        value={duration(metrics.firstTokenMs)}
        best={bestText('firstToken', best.firstToken, id)}
      />
      <Figure
        name={texts.column.rate}
        value={rate(metrics.tokensPerSecond)}
        best={bestText('rate', best.rate, id)}
      />
      <Figure
        name={texts.column.tokens}
        value={`${usage ? about : ''}${count(usage?.inputTokens)} · ${count(usage?.outputTokens)}`}
      />
      <Figure
        name={texts.column.cost}
        value={`${usage ? about : ''}${cost}`}
        best={bestText('cost', best.cost, id)}
      />
      <Figure
        name={texts.column.latency}
        value={duration(metrics.latencyMs)}
        best={bestText('latency', best.latency, id)}
      />
      <FinishFigure finish={finish} otherwise={running} />
    </dl>
  );
}

/** Why the model stopped. That it was simply done needs no notice; the provider's own word is a title away. */
function FinishFigure({ finish, otherwise }: { finish: Finish | null; otherwise: string }) {
  const word = finish?.word;
  return (
    <div className={classes.finish}>
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

const SHOWN: Record<keyof Best, (value: number) => string> = {
  firstToken: duration,
  rate,
  cost: (value) => dollars(String(value)),
  latency: duration,
};

/** Why a figure is the best of its row; nothing where it is not. */
function bestText(what: keyof Best, winner: Winner | null, id: string): string | null {
  if (winner?.id !== id) return null;
  return columnsTexts.best[what](SHOWN[what](winner.value), SHOWN[what](winner.next));
}

/** The beginning of a name that says enough where there is little room. */
const brief = texts.column.firstTokenBrief;

function Figure(props: { name: string; brief?: string; value: string; best?: string | null }) {
  const { name, brief = name, value, best = null } = props;
  return (
    <div>
      <dt>
        {brief}
        {brief !== name && <span className={classes.more}>{name.slice(brief.length)}</span>}
      </dt>
      <dd>
        {value}
        {best !== null && (
          <Tooltip label={best} events={{ hover: true, focus: true, touch: true }}>
            <span
              className={classes.best}
              role="img"
              aria-label={`${texts.column.best}. ${best}`}
              tabIndex={0}
            >
              ▲
            </span>
          </Tooltip>
        )}
      </dd>
    </div>
  );
}

import { Button, Popover, Stack, TextInput } from '@mantine/core';
import { useState } from 'react';
import { Marked } from '../../components/Notice';
import { dollars } from '../../lib/format';
import classes from './budget.module.css';
import type { RunCost } from './cost';
import { toAmount } from './scope';
import { budgetTexts } from './texts';

const words = budgetTexts.cost;

/** What the next run costs, and where it is to stop. */
export function CostButton(props: {
  cost: RunCost;
  /** Whether the cost is of before a mistake that is in the prompt now. */
  isOld: boolean;
  /** What is wrong with the inputs, for which it cannot be counted now. */
  uncounted: string | null;
  cap: string | null;
  onCap: (cap: string | null) => void;
}) {
  const { cost, isOld, uncounted, cap, onCap } = props;
  const [typed, setTyped] = useState(cap ?? '');
  const isWrong = typed.trim() !== '' && toAmount(typed) === null;
  const isTight = cap !== null && (cost.worst === null || Number(cost.worst) > Number(cap));
  const change = (text: string) => {
    setTyped(text);
    onCap(toAmount(text));
  };
  const isUncounted = cost.worst === null && uncounted !== null;
  const worst = isUncounted
    ? words.uncounted
    : cost.worst === null
      ? words.unknown
      : words.upTo(dollars(cost.worst));
  return (
    <Popover position="top-end" trapFocus>
      <Popover.Target>
        <Button
          className="num"
          variant="subtle"
          color={cap === null ? 'gray' : 'accent'}
          aria-label={`${words.label}: ${worst}, ${cap === null ? words.noCap : words.capped(dollars(cap))}`}
        >
          <span
            className={`${classes.cost ?? ''} ${cap === null ? '' : (classes.worst ?? '')}`}
            data-old={isOld || undefined}
          >
            {worst}
          </span>
          {cap !== null && words.capped(dollars(cap))}
        </Button>
      </Popover.Target>
      <Popover.Dropdown>
        <Stack w={300} gap="xs">
          <b>{words.title}</b>
          <dl className={`${classes.costs ?? ''} num`}>
            <dt>{words.request}</dt>
            <dd>{dollars(cost.request)}</dd>
            <dt>{words.worst}</dt>
            <dd>{dollars(cost.worst)}</dd>
          </dl>
          {uncounted !== null && (
            <p className={classes.note}>
              <Marked text={uncounted} />
            </p>
          )}
          <TextInput
            data-autofocus
            label={words.cap}
            description={words.capHint}
            placeholder={words.noCap}
            inputMode="decimal"
            value={typed}
            error={isWrong && <Marked text={budgetTexts.form.notAnAmount} />}
            onChange={(event) => change(event.currentTarget.value)}
          />
          {isTight && !isUncounted && (
            <p className={classes.note}>{cost.worst === null ? words.unknownText : words.tight}</p>
          )}
        </Stack>
      </Popover.Dropdown>
    </Popover>
  );
}

import { NumberInput, TextInput } from '@mantine/core';
import { useState } from 'react';
import { Marked } from '../../components/Notice';
import type { Thresholds } from '../../bindings/types';
import { toAmount } from '../budget/scope';
import { budgetTexts } from '../budget/texts';
import type { SuiteDesk } from './keepers';
import { suiteTexts } from './texts';
import classes from './suite.module.css';

const words = suiteTexts.terms;

/** What a suite is for, how often each cell is executed, and what a run must reach. */
export function SuiteTerms({ desk }: { desk: SuiteDesk }) {
  const { description, spec } = desk.work;
  const { passRate, score, costUsd } = spec.thresholds ?? {};
  const [typedCost, setTypedCost] = useState(costUsd ?? '');
  const isWrong = typedCost.trim() !== '' && toAmount(typedCost) === null;
  const reach = (part: Thresholds) =>
    desk.change((now) => ({ ...now, thresholds: { ...now.thresholds, ...part } }));
  const numeric = (value: string | number) => (value === '' ? null : Number(value));
  return (
    <div className={classes.terms}>
      <NumberInput
        label={words.repeats}
        description={words.repeatsHint}
        min={1}
        max={100}
        clampBehavior="strict"
        allowDecimal={false}
        value={spec.repeats}
        onChange={(value) => desk.change((now) => ({ ...now, repeats: Math.max(1, Number(value)) }))}
      />
      <NumberInput
        label={words.passRate}
        placeholder={words.none}
        min={0}
        max={100}
        clampBehavior="strict"
        decimalScale={2}
        value={passRate == null ? '' : Math.round(passRate * 10_000) / 100}
        onChange={(value) => {
          const percent = numeric(value);
          reach({ passRate: percent === null ? null : percent / 100 });
        }}
      />
      <NumberInput
        label={words.score}
        description={words.scoreHint}
        placeholder={words.none}
        min={0}
        max={1}
        step={0.05}
        clampBehavior="strict"
        decimalScale={4}
        value={score ?? ''}
        onChange={(value) => reach({ score: numeric(value) })}
      />
      <TextInput
        label={words.cost}
        placeholder={words.none}
        inputMode="decimal"
        value={typedCost}
        error={isWrong && <Marked text={budgetTexts.form.notAnAmount} />}
        onChange={({ currentTarget: { value } }) => {
          setTypedCost(value);
          if (value.trim() === '' || toAmount(value) !== null) reach({ costUsd: toAmount(value) });
        }}
      />
      <TextInput
        className={classes.wide ?? ''}
        label={words.description}
        description={words.descriptionHint}
        value={description}
        onChange={(event) => desk.describe(event.currentTarget.value)}
      />
    </div>
  );
}

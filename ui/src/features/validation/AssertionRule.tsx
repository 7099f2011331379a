import { Anchor, NumberInput, Switch } from '@mantine/core';
import type { AssertionGuide } from '../../bindings/assertions';
import { AssertionFurther } from './AssertionFurther';
import { DocText } from './DocText';
import { FunctionSource } from './FunctionRule';
import { ModelField } from './ModelField';
import type { RuleProps } from './RuleEditor';
import { type AssertionOf, baseName, guideOf } from './rules';
import { validationTexts } from './texts';
import classes from './validation.module.css';
import { ValidationList } from './ValidationList';
import { ValueField } from './ValueField';

const words = validationTexts.assertion;

const DOCS = 'https://github.com/formaops/formaops/blob/main/docs/validations.md';

/** An assertion: what it checks, and the controls for what it takes. */
export function AssertionRule(props: RuleProps<AssertionOf>) {
  const { rule, onChange, isInvalid } = props;
  const guide = guideOf(rule.type);
  const base = baseName(rule.type);
  const set = (part: Partial<AssertionOf>) => onChange({ ...rule, ...part });
  const hasValue = (guide?.value ?? null) !== null || rule.value !== undefined;
  const hasThreshold = (guide?.threshold ?? null) !== null || rule.threshold != null;
  return (
    <>
      <p className={classes.about}>
        {guide === undefined ? words.unknown : <DocText text={guide.checks} />}{' '}
        {guide !== undefined && (
          <Anchor
            size="xs"
            underline="always"
            href={`${DOCS}#${guide.names.join('-')}`}
            target="_blank"
            rel="noreferrer"
          >
            {words.docs}
          </Anchor>
        )}
      </p>
      <Switch
        size="xs"
        label={words.inverse}
        checked={base !== rule.type}
        onChange={(event) => set({ type: event.currentTarget.checked ? `not-${base}` : base })}
      />
      {base === 'assert-set' && <Parts {...props} />}
      {hasValue && base === 'javascript' && typeof rule.value === 'string' && (
        <FunctionSource
          label={validationTexts.function.source(props.name)}
          source={rule.value}
          isInvalid={isInvalid}
          onChange={(value) => set({ value })}
        />
      )}
      {hasValue && (base !== 'javascript' || typeof rule.value !== 'string') && (
        <ValueField
          key={rule.type}
          label={words.value}
          hint={guide?.value ?? ''}
          type={rule.type}
          value={rule.value}
          example={guide?.example.value}
          owner={props.around.owner}
          name={`${props.textName}.value`}
          isInvalid={isInvalid}
          onChange={(value) => set({ value })}
        />
      )}
      {hasThreshold && <Threshold rule={rule} guide={guide} onChange={set} />}
      {(guide?.asksModel === true || rule.model != null) && (
        <ModelField
          label={words.model}
          hint={words.modelHint}
          model={rule.model ?? null}
          onChange={(model) => set({ model })}
        />
      )}
      <AssertionFurther {...props} asksModel={guide?.asksModel === true} onSet={set} />
    </>
  );
}

function Threshold(props: {
  readonly rule: AssertionOf;
  readonly guide: AssertionGuide | undefined;
  readonly onChange: (part: Partial<AssertionOf>) => void;
}) {
  const { rule, guide, onChange } = props;
  return (
    <NumberInput
      label={words.threshold}
      description={guide?.threshold}
      className={classes.threshold}
      value={rule.threshold ?? ''}
      onChange={(value) => onChange({ threshold: typeof value === 'number' ? value : null })}
    />
  );
}

/** The validations of a set. */
function Parts({ name, rule, onChange, around, place }: RuleProps<AssertionOf>) {
  return (
    <div role="group" aria-label={words.set(name)} className={classes.parts}>
      <ValidationList
        validations={rule.assert ?? []}
        onChange={(next) => onChange({ ...rule, assert: next(rule.assert ?? []) })}
        around={around}
        place={`${place}.rule.assert`}
        setName={name}
      />
    </div>
  );
}

import { TextInput } from '@mantine/core';
import { IconChevronDown, IconChevronRight } from '@tabler/icons-react';
import { useState } from 'react';
import { useOpening } from '../content/wanted';
import type { RuleProps } from './RuleEditor';
import type { AssertionOf } from './rules';
import { validationTexts } from './texts';
import classes from './validation.module.css';
import { ValueField } from './ValueField';

const words = validationTexts.assertion;

/** What few assertions need: a transform, other instructions for the judge, and their own settings. */
export function AssertionFurther(
  props: RuleProps<AssertionOf> & {
    readonly asksModel: boolean;
    readonly onSet: (part: Partial<AssertionOf>) => void;
  },
) {
  const { rule, textName, around, asksModel, onSet, isInvalid } = props;
  const { transform, rubricPrompt, config } = rule;
  const isUsed = transform != null || rubricPrompt !== undefined || config !== undefined;
  const [isOpen, setOpen] = useState(isUsed);
  useOpening(around.owner, `${textName}.rubricPrompt`, () => setOpen(true));
  useOpening(around.owner, `${textName}.config`, () => setOpen(true));
  const Chevron = isOpen ? IconChevronDown : IconChevronRight;
  const fields = { owner: around.owner, isInvalid };
  return (
    <div>
      <button type="button" className={classes.fold} aria-expanded={isOpen} onClick={() => setOpen(!isOpen)}>
        <Chevron size={14} aria-hidden />
        <span className={classes.folded}>{words.further}</span>
      </button>
      {isOpen && (
        <div className={classes.further}>
          <TextInput
            label={words.transform}
            description={words.transformHint}
            classNames={{ input: classes.mono ?? '' }}
            spellCheck={false}
            value={transform ?? ''}
            onChange={({ currentTarget: { value } }) => onSet({ transform: value === '' ? null : value })}
          />
          {asksModel && (
            <ValueField
              {...fields}
              label={words.rubricPrompt}
              hint={words.rubricHint}
              value={rubricPrompt}
              name={`${textName}.rubricPrompt`}
              onChange={(value) => onSet({ rubricPrompt: value === '' ? undefined : value })}
            />
          )}
          <ValueField
            {...fields}
            label={words.config}
            hint={words.configHint}
            isObject
            value={config}
            name={`${textName}.config`}
            onChange={(value) => onSet({ config: value as AssertionOf['config'] })}
          />
        </div>
      )}
    </div>
  );
}

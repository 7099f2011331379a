import { Checkbox, Textarea } from '@mantine/core';
import type { ValidationRule } from '../../bindings/types';
import type { RuleProps } from './RuleEditor';
import { validationTexts } from './texts';
import classes from './validation.module.css';

const words = validationTexts.regex;
const FLAGS = Object.keys(words.flagNames) as (keyof typeof words.flagNames)[];

/** A pattern with its flags. */
export function RegexRule(props: RuleProps<Extract<ValidationRule, { kind: 'regex' }>>) {
  const { rule, onChange, isInvalid } = props;
  const { pattern, flags = '' } = rule;
  const setFlag = (flag: string, isOn: boolean) => {
    // In one order, so that a flag that is set and taken away leaves no trace.
    const next = FLAGS.filter((other) => (other === flag ? isOn : flags.includes(other))).join('');
    onChange({ kind: 'regex', pattern, ...(next !== '' && { flags: next }) });
  };
  return (
    <>
      <Textarea
        label={words.pattern}
        description={words.hint}
        classNames={{ input: classes.mono ?? '' }}
        autosize
        minRows={1}
        maxRows={8}
        spellCheck={false}
        value={pattern}
        error={isInvalid}
        onChange={(event) => onChange({ ...rule, pattern: event.currentTarget.value })}
      />
      <fieldset className={classes.flags}>
        <legend>{words.flags}</legend>
        {FLAGS.map((flag) => (
          <Checkbox
            key={flag}
            size="xs"
            label={
              <>
                <code>{flag}</code> {words.flagNames[flag]}
              </>
            }
            checked={flags.includes(flag)}
            onChange={(event) => setFlag(flag, event.currentTarget.checked)}
          />
        ))}
      </fieldset>
    </>
  );
}

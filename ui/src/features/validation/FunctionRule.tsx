import { javascript } from '@codemirror/lang-javascript';
import type { ValidationRule } from '../../bindings/types';
import { Marked } from '../../components/Notice';
import { CodeEditor } from '../content/CodeEditor';
import { FunctionTry } from './FunctionTry';
import type { RuleProps } from './RuleEditor';
import { validationTexts } from './texts';
import classes from './validation.module.css';

const words = validationTexts.function;
const grammar = javascript();

/** A JavaScript function, which can be tried at once. */
export function FunctionRule(props: RuleProps<Extract<ValidationRule, { kind: 'function' }>>) {
  const { name, rule, onChange, around, isInvalid } = props;
  return (
    <>
      <p className={classes.about}>
        <Marked text={words.about} />
      </p>
      <FunctionSource
        label={words.source(name)}
        source={rule.source}
        isInvalid={isInvalid}
        onChange={(source) => onChange({ kind: 'function', source })}
      />
      {around.promptId !== null && <FunctionTry source={rule.source} promptId={around.promptId} />}
    </>
  );
}

/** An editor of JavaScript. */
export function FunctionSource(props: {
  readonly label: string;
  readonly source: string;
  readonly isInvalid: boolean;
  readonly onChange: (source: string) => void;
}) {
  return (
    <CodeEditor
      framed
      language="code"
      grammar={grammar}
      ariaLabel={props.label}
      value={props.source}
      onChange={props.onChange}
      minHeight={72}
      maxHeight={480}
      isInvalid={props.isInvalid}
    />
  );
}

import type { ValidationRule } from '../../bindings/types';
import { JsonEditor } from '../content/JsonEditor';
import { contentTexts } from '../content/texts';
import { type CheckJson, useJsonText } from '../content/useJsonText';
import type { RuleProps } from './RuleEditor';
import { SchemaTools } from './SchemaTools';
import { validationTexts as texts } from './texts';

// A schema may be `true` or `false` as well, but nobody means that here.
const isObject: CheckJson = (value) =>
  typeof value === 'object' && value !== null && !Array.isArray(value)
    ? null
    : contentTexts.json.mustBeObject;

/** A JSON Schema. */
export function SchemaRule(props: RuleProps<Extract<ValidationRule, { kind: 'schema' }>>) {
  const { name, rule, onChange, around, textName, isInvalid } = props;
  const json = useJsonText({
    value: rule.schema,
    write: (schema) => onChange({ kind: 'schema', schema }),
    owner: around.owner,
    name: textName,
    check: isObject,
  });
  return (
    <>
      <JsonEditor
        json={json}
        ariaLabel={texts.schema(name)}
        minHeight={120}
        maxHeight={480}
        isInvalid={isInvalid}
      />
      <SchemaTools
        promptId={around.promptId}
        schema={rule.schema}
        onSchema={(schema) => json.setText(JSON.stringify(schema, null, 2))}
      />
    </>
  );
}

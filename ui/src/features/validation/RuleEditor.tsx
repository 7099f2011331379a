import type { Validation, ValidationRule } from '../../bindings/types';
import type { ValidationsAround } from './around';
import { AssertionRule } from './AssertionRule';
import { FunctionRule } from './FunctionRule';
import { RegexRule } from './RegexRule';
import { SchemaRule } from './SchemaRule';

/** What the editors of all kinds of rules are given. */
export interface RuleProps<Rule extends ValidationRule> {
  /** The validation's name. */
  readonly name: string;
  readonly rule: Rule;
  readonly onChange: (rule: ValidationRule) => void;
  readonly around: ValidationsAround;
  /** The validation's place in what the engine checks. */
  readonly place: string;
  /** The name by which texts of it that are not valid are kept. */
  readonly textName: string;
  readonly isInvalid: boolean;
}

/** The rule of a validation, with the controls for its kind. */
export function RuleEditor(
  props: Omit<RuleProps<ValidationRule>, 'name' | 'rule'> & { readonly validation: Validation },
) {
  const { validation, ...shared } = props;
  const { name, rule } = validation;
  const given = { ...shared, name, textName: `${shared.textName}.${name}` };
  switch (rule.kind) {
    case 'schema':
      return <SchemaRule {...given} rule={rule} />;
    case 'regex':
      return <RegexRule {...given} rule={rule} />;
    case 'function':
      return <FunctionRule {...given} rule={rule} />;
    case 'assertion':
      return <AssertionRule {...given} rule={rule} />;
  }
}

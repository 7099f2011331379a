import { NumberInput, TextInput } from '@mantine/core';
import { Marked } from '../../components/Notice';
import type { ProviderKind } from '../../bindings/types';
import { type FieldProblems, LIMITS, MOST, outsideOf, type ProviderFields } from './form';
import classes from './provider.module.css';
import { providerTexts } from './texts';

const { fields: words } = providerTexts;

/** The fields of a provider, new or there already. */
export function ProviderForm(props: {
  kind: ProviderKind;
  fields: ProviderFields;
  problems: FieldProblems;
  /** What an address looks like. */
  addressLike?: string | undefined;
  onChange: (change: Partial<ProviderFields>) => void;
}) {
  const { kind, fields, onChange } = props;
  const problems = { ...props.problems, ...outsideOf(fields) };
  const hasAddress = kind !== 'dry-run';
  const shown = (problem: string | undefined) =>
    problem === undefined ? undefined : <Marked text={problem} />;
  return (
    <div className={classes.fields}>
      <TextInput
        label={words.name}
        description={<Marked text={words.nameHint} />}
        autoComplete="off"
        spellCheck={false}
        value={fields.name}
        error={shown(problems.name)}
        onChange={(event) => onChange({ name: event.currentTarget.value })}
      />
      {LIMITS.map((limit) => (
        <NumberInput
          key={limit}
          label={words.limits[limit].label}
          description={words.limits[limit].hint}
          placeholder={words.limits[limit].none}
          min={1}
          max={MOST[limit]}
          clampBehavior="none"
          allowDecimal={false}
          thousandSeparator=","
          value={fields[limit]}
          error={shown(problems[limit])}
          onChange={(value) => onChange({ [limit]: typeof value === 'number' ? value : '' })}
        />
      ))}
      {hasAddress && (
        <TextInput
          className={classes.wide}
          label={words.address}
          description={<Marked text={words.addressHint} />}
          type="url"
          autoComplete="off"
          spellCheck={false}
          placeholder={props.addressLike ?? 'http://127.0.0.1:8080/v1'}
          classNames={{ input: classes.mono ?? '' }}
          value={fields.baseUrl}
          error={shown(problems.baseUrl)}
          onChange={(event) => onChange({ baseUrl: event.currentTarget.value.trim() })}
        />
      )}
    </div>
  );
}

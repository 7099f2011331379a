import { NativeSelect, NumberInput, TextInput } from '@mantine/core';
import type { Capabilities, CatalogueModel } from '../../bindings/types';
import { FactSource, SourceOfFact } from './FactSource';
import {
  CAPABILITIES,
  type FieldName,
  isHalfPrice,
  isTooLow,
  LEAST,
  METERS,
  type ModelFields,
  type Said,
  sourceOf,
  withoutUser,
} from './model';
import classes from './provider.module.css';
import { providerTexts } from './texts';

const words = providerTexts.edit;

interface Props {
  known: CatalogueModel | null;
  fields: ModelFields;
  onChange: (changed: Partial<ModelFields>) => void;
}

/** The facts of a model, each with where it comes from and the way back to what is known without the user. */
export function ModelFactFields(props: Props) {
  const { fields, onChange } = props;
  const from = (name: FieldName, label: string) => <FactSource {...props} name={name} label={label} />;
  return (
    <>
      <div className={classes.wide}>
        <TextInput
          label={words.sameAs}
          description={words.sameAsHint}
          spellCheck={false}
          value={fields.sameAs}
          onChange={(event) => onChange({ sameAs: event.currentTarget.value })}
        />
        {from('sameAs', words.sameAs)}
      </div>
      {(['contextWindow', 'maxOutputTokens'] as const).map((name) => (
        <div key={name}>
          <NumberInput
            label={words[name]}
            min={LEAST.tokens}
            clampBehavior="none"
            allowDecimal={false}
            thousandSeparator=","
            value={fields[name]}
            error={tooLow(fields[name], LEAST.tokens)}
            onChange={(value) => onChange({ [name]: value === '' ? '' : Number(value) })}
          />
          {from(name, words[name])}
        </div>
      ))}
      <Prices {...props} />
      <Abilities {...props} />
      <div>
        <TextInput
          type="date"
          label={words.retiresOn}
          value={fields.retiresOn}
          onChange={(event) => onChange({ retiresOn: event.currentTarget.value })}
        />
        {from('retiresOn', words.retiresOn)}
      </div>
    </>
  );
}

/** What is wrong with a number that is too low; `null` where nothing is. */
function tooLow(value: number | '', least: number): string | null {
  return isTooLow(value, least) ? words.tooLow(least, Number(value)) : null;
}

function Prices(props: Props) {
  const { known, fields, onChange } = props;
  const isHalf = isHalfPrice(fields);
  return (
    <fieldset className={classes.prices}>
      <legend>{words.prices}</legend>
      {METERS.map((meter) => (
        <NumberInput
          key={meter}
          label={words.meters[meter]}
          prefix="$"
          min={LEAST.price}
          clampBehavior="none"
          decimalScale={9}
          step={0.1}
          value={fields.price[meter]}
          error={
            tooLow(fields.price[meter], LEAST.price) ??
            (isHalf && (meter === 'input' || meter === 'output') && fields.price[meter] === '' && words.half)
          }
          onChange={(value) =>
            onChange({ price: { ...fields.price, [meter]: value === '' ? '' : Number(value) } })
          }
        />
      ))}
      <div className={classes.allColumns}>
        <FactSource {...props} name="price" label={words.prices} />
        {known?.price?.tiers !== undefined && known.price.tiers.length > 0 && (
          <p className={classes.hint}>{words.tiers}</p>
        )}
      </div>
    </fieldset>
  );
}

function Abilities(props: Props) {
  return (
    <fieldset className={classes.prices}>
      <legend>{words.capabilities}</legend>
      {CAPABILITIES.map((name) => (
        <Ability key={name} {...props} name={name} />
      ))}
    </fieldset>
  );
}

/** Whether a model can do something: as known, which says what that is, or as the user says. */
function Ability(props: Props & { name: keyof Capabilities }) {
  const { known, fields, name, onChange } = props;
  const beneath = withoutUser(known);
  const said = fields.capabilities[name];
  const before = known && sourceOf(said === 'known' ? beneath : known, name);
  return (
    <div>
      <NativeSelect
        size="xs"
        label={providerTexts.canDo[name]}
        value={said}
        data={[
          { value: 'known', label: words.said.known(beneath?.capabilities[name] ?? null) },
          { value: 'yes', label: words.said.yes },
          { value: 'no', label: words.said.no },
        ]}
        onChange={(event) =>
          onChange({ capabilities: { ...fields.capabilities, [name]: event.currentTarget.value as Said } })
        }
      />
      <div className={classes.from}>
        {said !== 'known' && before?.source !== 'user' ? words.fromYou : <SourceOfFact source={before} />}
      </div>
    </div>
  );
}

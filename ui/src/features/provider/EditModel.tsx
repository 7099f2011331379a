import { Button, Group, Modal, NumberInput, TextInput } from '@mantine/core';
import { type SyntheticEvent, useState } from 'react';
import { queries } from '../../app/live';
import type { CatalogueModel, ProviderView } from '../../bindings/types';
import { Problem } from '../../components/Notice';
import { api } from '../../host';
import { notifyDone } from '../../lib/notify';
import { idOf, isEdited, isHalfPrice, METERS, modelChanges, type ModelFields, modelFields } from './model';
import classes from './provider.module.css';
import { sourceName } from './price';
import { providerTexts } from './texts';

const words = providerTexts.edit;

/** What the user knows better of a model than the catalogue does, or of one that nobody lists. */
export function EditModel(props: {
  provider: ProviderView;
  known: CatalogueModel | null;
  onClose: () => void;
}) {
  const { provider, known, onClose } = props;
  const [fields, setFields] = useState(() => modelFields(known));
  const [problem, setProblem] = useState<unknown>(null);
  const [busy, setBusy] = useState(false);
  const changes = modelChanges(provider.name, known, fields);
  const isHalf = isHalfPrice(fields);
  const canSave = changes !== null && fields.id.trim() !== '' && !isHalf;
  const change = (changed: Partial<ModelFields>) => setFields((now) => ({ ...now, ...changed }));
  const attempt = async (call: () => Promise<CatalogueModel>, done: string) => {
    setBusy(true);
    setProblem(null);
    try {
      await call();
      await queries.invalidateQueries({ queryKey: ['models'] });
      notifyDone(done);
      onClose();
    } catch (thrown) {
      setProblem(thrown);
    } finally {
      setBusy(false);
    }
  };
  const save = (event: SyntheticEvent) => {
    event.preventDefault();
    if (!canSave) return;
    void attempt(() => api.modelUpdate(changes), words.saved(fields.id.trim()));
  };
  const title = known === null ? words.newTitle : words.title(idOf(known.model));
  return (
    <Modal opened onClose={onClose} title={title} size={560}>
      <form onSubmit={save} noValidate>
        <div className={classes.modelFields}>
          {known === null && (
            <TextInput
              className={classes.wide ?? ''}
              label={words.id}
              description={words.idHint}
              data-autofocus
              spellCheck={false}
              value={fields.id}
              onChange={(event) => change({ id: event.currentTarget.value })}
            />
          )}
          <TextInput
            className={classes.wide ?? ''}
            label={words.sameAs}
            description={words.sameAsHint}
            spellCheck={false}
            value={fields.sameAs}
            onChange={(event) => change({ sameAs: event.currentTarget.value })}
          />
          <Tokens name="contextWindow" fields={fields} onChange={change} />
          <Tokens name="maxOutputTokens" fields={fields} onChange={change} />
          <Prices known={known} fields={fields} isHalf={isHalf} onChange={change} />
          <TextInput
            type="date"
            label={words.retiresOn}
            value={fields.retiresOn}
            onChange={(event) => change({ retiresOn: event.currentTarget.value })}
          />
        </div>
        {problem !== null && <Problem error={problem} />}
        <Group mt="lg" gap="sm">
          <Button type="submit" loading={busy} disabled={!canSave}>
            {words.save}
          </Button>
          <Button variant="default" onClick={onClose}>
            {words.cancel}
          </Button>
          <span className="spacer" />
          {known !== null && isEdited(known) && (
            <Button
              variant="subtle"
              color="red"
              disabled={busy}
              onClick={() => void attempt(() => api.modelReset({ model: known.model }), words.resetDone)}
            >
              {words.reset}
            </Button>
          )}
        </Group>
      </form>
    </Modal>
  );
}

function Tokens(props: {
  name: 'contextWindow' | 'maxOutputTokens';
  fields: ModelFields;
  onChange: (changed: Partial<ModelFields>) => void;
}) {
  return (
    <NumberInput
      label={words[props.name]}
      min={1}
      allowDecimal={false}
      thousandSeparator=","
      value={props.fields[props.name]}
      onChange={(value) => props.onChange({ [props.name]: value === '' ? '' : Number(value) })}
    />
  );
}

function Prices(props: {
  known: CatalogueModel | null;
  fields: ModelFields;
  isHalf: boolean;
  onChange: (changed: Partial<ModelFields>) => void;
}) {
  const { known, fields, isHalf, onChange } = props;
  const source = known?.sources.price;
  return (
    <fieldset className={classes.prices}>
      <legend>
        {words.prices}
        {source && (
          <span className={classes.quiet}> {words.from(sourceName(source.source), source.date)}</span>
        )}
      </legend>
      {METERS.map((meter) => (
        <NumberInput
          key={meter}
          label={words.meters[meter]}
          prefix="$"
          min={0}
          decimalScale={9}
          step={0.1}
          value={fields.price[meter]}
          error={
            isHalf && (meter === 'input' || meter === 'output') && fields.price[meter] === '' && words.half
          }
          onChange={(value) =>
            onChange({ price: { ...fields.price, [meter]: value === '' ? '' : Number(value) } })
          }
        />
      ))}
      {known?.price?.tiers !== undefined && known.price.tiers.length > 0 && (
        <p className={classes.hint}>{words.tiers}</p>
      )}
    </fieldset>
  );
}

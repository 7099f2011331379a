import { Button, Group, SegmentedControl, TextInput } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { type SyntheticEvent, useId, useRef, useState } from 'react';
import type { KeyPlace, KeyStore, ProviderKeyView, ProviderView } from '../../bindings/types';
import { Marked } from '../../components/Notice';
import { api, toApiError } from '../../host';
import { explainedBelow } from '../../lib/below';
import { notifyError } from '../../lib/notify';
import { ExternalLink } from '../provider/ExternalLink';
import { presetsQuery } from '../provider/queries';
import { freeKeyName, type KeyProblems, placesOf, presetOf, problemsOfError, problemsOfNew } from './fields';
import classes from './key.module.css';
import { SecretField, takeSecret } from './SecretField';
import { keyTexts } from './texts';
import { useKeeping } from './useKeeping';

const words = keyTexts.form;

/** Gives a provider a key: to be kept here, or the name of a variable that holds it. */
export function NewKey(props: {
  provider: ProviderView;
  keys: ProviderKeyView[];
  store: KeyStore;
  onDone: () => void;
  onCancel: (() => void) | null;
}) {
  const { provider, keys, store, onDone } = props;
  const presets = useQuery(presetsQuery);
  const preset = presetOf(provider, presets.data?.items ?? []);
  const places = placesOf(store);
  const [name, setName] = useState(() => freeKeyName(keys));
  const [place, setPlace] = useState<KeyPlace>(places[0] ?? 'env');
  const [env, setEnv] = useState<string | null>(null);
  const [problems, setProblems] = useState<KeyProblems>({});
  const { busy, keep } = useKeeping();
  const secret = useRef<HTMLInputElement>(null);
  const id = useId();
  const variable = env ?? preset?.env ?? '';

  const submit = (event: SyntheticEvent) => {
    event.preventDefault();
    const hasSecret = (secret.current?.value ?? '') !== '';
    const found = problemsOfNew({ name, place, env: variable, hasSecret }, keys);
    setProblems(found);
    if (Object.keys(found).length > 0) return;
    void keep({
      needsVault: place === 'vault',
      send: () => {
        const kept = place === 'env' ? { env: variable } : { place, secret: takeSecret(secret.current) };
        return api.providerKeyCreate({ provider: provider.id, name: name.trim(), ...kept });
      },
      done: words.added(name.trim()),
      onDone,
      onError: (thrown) => {
        const told = problemsOfError(toApiError(thrown));
        if (told === null) notifyError(thrown);
        else setProblems(told);
      },
    });
  };
  return (
    <form className={classes.form} onSubmit={submit} noValidate aria-label={words.title}>
      {preset?.keyPage && (
        <p className={classes.about}>
          {words.getOne} <ExternalLink url={preset.keyPage} />
          {preset.note !== undefined && preset.note !== '' && (
            <>
              <br />
              <Marked text={preset.note} />
            </>
          )}
        </p>
      )}
      <div>
        <div id={id} className={classes.label}>
          {words.place}
        </div>
        <SegmentedControl
          aria-labelledby={id}
          value={place}
          onChange={(value) => {
            setPlace(places.find((known) => known === value) ?? 'env');
            setProblems({});
          }}
          data={places.map((value) => ({ value, label: keyTexts.places[value] }))}
        />
        <p className={classes.hint}>{keyTexts.placeHint[place]}</p>
      </div>
      <div className={classes.fields}>
        <TextInput
          label={words.name}
          autoComplete="off"
          value={name}
          error={problems.name}
          onChange={(event) => setName(event.currentTarget.value)}
        />
        {place === 'env' ? (
          <TextInput
            label={words.env}
            description={<Marked text={words.envHint} />}
            inputWrapperOrder={explainedBelow}
            autoComplete="off"
            spellCheck={false}
            classNames={{ input: classes.mono ?? '' }}
            value={variable}
            error={problems.env === undefined ? null : <Marked text={problems.env} />}
            onChange={(event) => setEnv(event.currentTarget.value.trim())}
          />
        ) : (
          <SecretField
            ref={secret}
            label={words.secret}
            description={words.secretHint}
            error={problems.secret === undefined ? null : <Marked text={problems.secret} />}
            onInput={() => setProblems({})}
          />
        )}
      </div>
      <Group gap="sm">
        <Button type="submit" loading={busy}>
          {place === 'env' ? words.submitEnv : words.submit}
        </Button>
        {props.onCancel !== null && (
          <Button variant="default" onClick={props.onCancel}>
            {keyTexts.delete.cancel}
          </Button>
        )}
      </Group>
    </form>
  );
}

import { Button, Group } from '@mantine/core';
import { type SyntheticEvent, useRef, useState } from 'react';
import type { ProviderKeyView, ProviderView } from '../../bindings/types';
import { Problem } from '../../components/Notice';
import { api } from '../../host';
import { ModelSelect } from '../provider/ModelSelect';
import classes from './key.module.css';
import { SecretField, takeSecret } from './SecretField';
import { keyTexts } from './texts';
import { useKeeping } from './useKeeping';

const words = keyTexts.replaceForm;

/** Puts a new key in the place of an old one, once the provider has accepted it. */
export function ReplaceKey(props: { provider: ProviderView; known: ProviderKeyView; onDone: () => void }) {
  const { provider, known, onDone } = props;
  const [model, setModel] = useState<string | null>(null);
  const [problem, setProblem] = useState<unknown>(null);
  const [isMissing, setMissing] = useState(false);
  const { busy, keep } = useKeeping();
  const field = useRef<HTMLInputElement>(null);
  const submit = (event: SyntheticEvent) => {
    event.preventDefault();
    const isEmpty = (field.current?.value ?? '') === '';
    setMissing(isEmpty);
    if (isEmpty) return;
    setProblem(null);
    void keep({
      needsVault: known.reference.kind === 'vault',
      send: () => {
        const secret = takeSecret(field.current);
        return api.providerKeyRotate({ provider: provider.id, key: known.id, secret, model });
      },
      done: words.done(known.name),
      onDone,
      onError: setProblem,
    });
  };
  return (
    <form className={classes.form} onSubmit={submit} noValidate aria-label={words.title(known.name)}>
      <b>{words.title(known.name)}</b>
      <p className={classes.about}>{words.text}</p>
      <div className={classes.fields}>
        <SecretField
          ref={field}
          label={keyTexts.form.secret}
          error={isMissing ? keyTexts.form.needsSecret : null}
          onInput={() => setMissing(false)}
        />
        <ModelSelect
          provider={provider}
          label={words.model}
          description={words.modelHint}
          value={model}
          onChange={setModel}
        />
      </div>
      {problem !== null && <Problem error={problem} />}
      <Group gap="sm">
        <Button type="submit" loading={busy}>
          {words.submit}
        </Button>
        <Button variant="default" onClick={onDone}>
          {keyTexts.delete.cancel}
        </Button>
      </Group>
    </form>
  );
}

import { Button } from '@mantine/core';
import { IconPlugConnected } from '@tabler/icons-react';
import { useMutation } from '@tanstack/react-query';
import { useState } from 'react';
import type { ConnectionTest, ProviderView } from '../../bindings/types';
import { Problem } from '../../components/Notice';
import { api } from '../../host';
import { count, duration } from '../../lib/format';
import { notifyError } from '../../lib/notify';
import { FailureBox } from '../run/FailureBox';
import { ModelSelect } from './ModelSelect';
import { askForModels } from './askForModels';
import classes from './provider.module.css';
import { providerTexts } from './texts';

const words = providerTexts.test;

/** Tests whether a provider can be called, and says what stands in the way. */
export function Connection({ provider }: { provider: ProviderView }) {
  const [model, setModel] = useState<string | null>(null);
  const test = useMutation({
    mutationFn: async () => {
      const found = await api.providerTest({ provider: provider.id, model });
      // What it was found to list can be chosen from now on.
      if (found.models !== null && !provider.ownNames) await askForModels(provider.name).catch(notifyError);
      return found;
    },
  });
  return (
    <section className={classes.section} aria-labelledby="connection-title">
      <div className={classes.titleRow}>
        <h2 id="connection-title">{words.title}</h2>
      </div>
      <form
        className={classes.test}
        onSubmit={(event) => {
          event.preventDefault();
          test.mutate();
        }}
      >
        <ModelSelect
          provider={provider}
          label={provider.ownNames ? words.deployment : words.model}
          placeholder={provider.ownNames ? words.typeDeployment : words.noModel}
          value={model}
          onChange={setModel}
        />
        <Button type="submit" leftSection={<IconPlugConnected size={14} />} loading={test.isPending}>
          {words.action}
        </Button>
      </form>
      <p className={classes.hint}>
        {model !== null ? words.modelHint : provider.ownNames ? words.deploymentHint : words.hint}
      </p>
      <div role="status" className={classes.verdict}>
        {test.isError && <Problem error={test.error} />}
        {test.isSuccess && <Verdict found={test.data} ownNames={provider.ownNames} />}
      </div>
    </section>
  );
}

function Verdict({ found, ownNames }: { found: ConnectionTest; ownNames: boolean }) {
  const time = duration(found.latencyMs);
  if (found.failure !== null) {
    return (
      <>
        <FailureBox failure={found.failure} />
        <p className={classes.hint}>{words.after(time)}</p>
      </>
    );
  }
  const { models } = found;
  const listed = ownNames ? words.deployable : words.listed;
  return (
    <div className={classes.good}>
      <b>✓ {words.good}</b> {models === null ? words.calledIn(time) : listed(count(models), models, time)}
    </div>
  );
}

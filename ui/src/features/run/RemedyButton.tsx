import { Button } from '@mantine/core';
import { useDisclosure } from '@mantine/hooks';
import { useQuery } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import { useContext } from 'react';
import { texts } from '../../app/texts';
import type { Execution, ProviderView } from '../../bindings/types';
import { notifyError } from '../../lib/notify';
import { RaiseCap } from '../budget/RaiseCap';
import { budgetTexts } from '../budget/texts';
import { switchNetwork } from '../egress/network';
import { keyTexts } from '../key/texts';
import { openVault } from '../key/vault';
import { providersQuery } from '../provider/queries';
import { retryExecution } from './again';
import { columnsTexts } from './columns.texts';
import { runQuery } from './queries';
import type { Remedy } from './remedy';
import { RunActionsContext } from './runActions';

const words = columnsTexts.action;

/** The provider that was asked, as it is now; none where it is gone. */
function useProviderOf({ model }: Execution): ProviderView | undefined {
  const providers = useQuery(providersQuery);
  const name = model.slice(0, model.indexOf(':'));
  return providers.data?.items.find((provider) => provider.name === name);
}

/** The button that leads to what mends a failure. */
export function RemedyButton({ remedy, execution }: { remedy: Remedy; execution: Execution }) {
  const bar = useContext(RunActionsContext);
  switch (remedy) {
    case 'budget':
      return <BudgetButton execution={execution} />;
    case 'price':
      return <ProviderLink label={words.setPrice} execution={execution} />;
    case 'key':
      return <ProviderLink label={texts.column.addKey} execution={execution} />;
    case 'provider':
      return <ProviderLink label={texts.column.openProvider} execution={execution} />;
    case 'vault':
      return <UnlockButton execution={execution} />;
    case 'network':
      return (
        <Button variant="default" onClick={() => void switchNetwork(false)}>
          {texts.column.switchOn}
        </Button>
      );
    case 'model':
      if (bar === null) return <PromptLink execution={execution} />;
      return (
        <Button variant="default" onClick={bar.chooseModel}>
          {words.chooseModel}
        </Button>
      );
    case 'parameters':
      if (bar === null) return <PromptLink execution={execution} />;
      return (
        <Button variant="default" onClick={() => bar.openParameters(execution.model)}>
          {words.openParameters}
        </Button>
      );
    case 'prompt':
      return bar === null ? <PromptLink execution={execution} /> : null;
  }
}

/** Raises the cap of the run where it has one, or leads to the budgets. */
function BudgetButton({ execution }: { execution: Execution }) {
  const { data } = useQuery(runQuery(execution.runId));
  const [isOpen, dialog] = useDisclosure(false);
  const cap = data?.run.capUsd ?? null;
  return (
    <>
      {cap !== null && (
        <Button variant="default" onClick={dialog.open}>
          {budgetTexts.run.raise}
        </Button>
      )}
      <Button variant="default" component={Link} to="/settings/budgets">
        {words.openBudgets}
      </Button>
      {isOpen && cap !== null && <RaiseCap runId={execution.runId} cap={cap} onClose={dialog.close} />}
    </>
  );
}

/** The way to a key that the vault holds; a keychain asks for its password itself. */
function UnlockButton({ execution }: { execution: Execution }) {
  const provider = useProviderOf(execution);
  if (provider?.key?.reference.kind !== 'vault') {
    return <ProviderLink label={texts.column.openProvider} execution={execution} />;
  }
  const unlock = async () => {
    if (await openVault()) await retryExecution(execution).catch(notifyError);
  };
  return <Button onClick={() => void unlock()}>{keyTexts.vault.unlockAndRetry}</Button>;
}

/** The way to the settings of the provider, or to all of them where it is gone. */
function ProviderLink({ label, execution }: { label: string; execution: Execution }) {
  const provider = useProviderOf(execution);
  if (provider === undefined) {
    return (
      <Button variant="default" component={Link} to="/settings/providers">
        {label}
      </Button>
    );
  }
  const place = { to: '/settings/providers/$id', params: { id: provider.id } } as const;
  return (
    <Button variant="default" renderRoot={(props) => <Link {...place} {...props} />}>
      {label}
    </Button>
  );
}

/** The way to the prompt, from a run of the past. */
function PromptLink({ execution }: { execution: Execution }) {
  const place = { to: '/prompts/$id', params: { id: execution.promptId } } as const;
  return (
    <Button variant="default" renderRoot={(props) => <Link {...place} {...props} />}>
      {words.openPrompt}
    </Button>
  );
}

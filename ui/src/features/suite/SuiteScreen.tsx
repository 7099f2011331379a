import { ActionIcon, Button, Menu, Skeleton, Tabs } from '@mantine/core';
import { IconDots, IconPlayerPlayFilled } from '@tabler/icons-react';
import { useQuery } from '@tanstack/react-query';
import { useNavigate, useSearch } from '@tanstack/react-router';
import { useState } from 'react';
import { texts } from '../../app/texts';
import type { Suite } from '../../bindings/types';
import { Keys } from '../../components/Keys';
import { Problem } from '../../components/Notice';
import { api } from '../../host';
import { useCommands } from '../../lib/commands';
import { isUsable } from '../content/isUsable';
import { useOpening } from '../content/wanted';
import { notifyError } from '../../lib/notify';
import { askToRename, removeSuite } from './acts';
import { useSuiteDesk, type SuiteDesk } from './keepers';
import { PlanDialog } from './PlanDialog';
import { suiteQuery } from './queries';
import { useRules } from './rules';
import { SuiteEditor } from './SuiteEditor';
import { SuiteRuns } from './SuiteRuns';
import { suiteTexts as words } from './texts';
import classes from './suite.module.css';

/** One suite: what it runs, and its runs. */
export function SuiteScreen({ id }: { id: string }) {
  const suite = useQuery(suiteQuery(id));
  if (suite.isError) {
    return (
      <div className={classes.problem}>
        <Problem error={suite.error} onRetry={() => void suite.refetch()} />
      </div>
    );
  }
  if (suite.data === undefined) {
    return (
      <div className={classes.screen}>
        <div className={classes.bar}>
          <Skeleton height={20} width={280} />
        </div>
      </div>
    );
  }
  return suite.data.deletedAt === null ? <Loaded suite={suite.data} /> : <InBin suite={suite.data} />;
}

function Loaded({ suite }: { suite: Suite }) {
  const desk = useSuiteDesk(suite);
  const rules = useRules(desk.keeper);
  const navigate = useNavigate();
  const tab = useSearch({ from: '/suites/$id', select: (search) => search.tab ?? 'edit' });
  const [planned, setPlanned] = useState(false);
  const show = (next: string | null) =>
    void navigate({
      to: '/suites/$id',
      params: { id: suite.id },
      search: next === 'runs' ? { tab: 'runs' } : {},
    });
  const plan = () => {
    const { models } = desk.keeper.draft.spec;
    if (!isUsable(rules.actions, { content: rules.now().content, models })) return;
    void desk.keeper.keep().then(() => setPlanned(true));
  };
  useOpening(rules.actions, '', () => {
    if (tab !== 'edit') show('edit');
  });
  useCommands({ run: { act: plan, isAvailable: !planned } });
  return (
    <section className={classes.screen} aria-labelledby="suite-title">
      <Header suite={suite} desk={desk} onRun={plan} />
      <Tabs value={tab} onChange={show} keepMounted={false} className={classes.tabs ?? ''}>
        <Tabs.List aria-label={words.tabs.label}>
          <Tabs.Tab value="edit">{words.tabs.edit}</Tabs.Tab>
          <Tabs.Tab value="runs">{words.tabs.runs}</Tabs.Tab>
        </Tabs.List>
        <Tabs.Panel value="edit" className={classes.panel ?? ''}>
          <SuiteEditor desk={desk} rules={rules} />
        </Tabs.Panel>
        <Tabs.Panel value="runs" className={classes.panel ?? ''}>
          <SuiteRuns suite={suite} />
        </Tabs.Panel>
      </Tabs>
      {planned && <PlanDialog suite={suite} onClose={() => setPlanned(false)} />}
    </section>
  );
}

function Header({ suite, desk, onRun }: { suite: Suite; desk: SuiteDesk; onRun: () => void }) {
  const navigate = useNavigate();
  const rename = () => askToRename(suite);
  const remove = () => {
    desk.keeper
      .keep()
      .then(() => removeSuite(suite))
      .then(() => navigate({ to: '/suites' }))
      .catch(notifyError);
  };
  useCommands({ renameSuite: rename, deleteSuite: remove });
  return (
    <header className={classes.bar}>
      <h1 id="suite-title">{suite.name}</h1>
      <span className={classes.quiet} role="status">
        {desk.keeping === 'failing' && words.keeping.failing}
      </span>
      <span className="spacer" />
      <Button leftSection={<IconPlayerPlayFilled size={14} aria-hidden />} onClick={onRun}>
        {words.run}&nbsp;
        <Keys of="run" />
      </Button>
      <Menu position="bottom-end">
        <Menu.Target>
          <ActionIcon aria-label={words.more}>
            <IconDots size={16} aria-hidden />
          </ActionIcon>
        </Menu.Target>
        <Menu.Dropdown>
          <Menu.Item onClick={rename}>{texts.actions.rename}</Menu.Item>
          <Menu.Divider />
          <Menu.Item color="red" onClick={remove}>
            {texts.actions.delete}
          </Menu.Item>
        </Menu.Dropdown>
      </Menu>
    </header>
  );
}

function InBin({ suite }: { suite: Suite }) {
  const restore = () => {
    api.suiteUndelete({ id: suite.id }).catch(notifyError);
  };
  return (
    <section className={classes.screen} aria-labelledby="suite-title">
      <header className={classes.bar}>
        <h1 id="suite-title">{suite.name}</h1>
        <span className={classes.quiet}>{words.inBin.text}</span>
        <span className="spacer" />
        <Button variant="default" onClick={restore}>
          {words.inBin.restore}
        </Button>
      </header>
      <SuiteRuns suite={suite} />
    </section>
  );
}

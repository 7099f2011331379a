import { Button, Drawer, Tabs } from '@mantine/core';
import { useDisclosure } from '@mantine/hooks';
import { useState } from 'react';
import { texts } from '../../app/texts';
import type { Problem, PromptDetail } from '../../bindings/types';
import { Panes } from '../../components/Panes';
import { useNarrow } from '../../lib/useNarrow';
import { ContentEditor } from '../content/ContentEditor';
import { RenderedView } from '../content/RenderedView';
import { ValidationsEditor } from '../content/ValidationsEditor';
import { Columns } from '../run/Columns';
import { RunBar } from '../run/RunBar';
import { RunsTab } from '../run/RunsTab';
import { useRunBar } from '../run/useRunBar';
import { VersionsTab } from '../version/VersionsTab';
import { InputsPanel } from './InputsPanel';
import { PromptHeader } from './PromptHeader';
import classes from './prompt.module.css';
import { useWork } from './useWork';

type Tab = keyof typeof texts.prompts.tabs;

/** Editing, running and comparing one prompt. */
export function PromptWork({ detail }: { detail: PromptDetail }) {
  const work = useWork(detail);
  const [tab, setTab] = useState<Tab>('edit');
  const [problems, setProblems] = useState<Problem[]>([]);
  const bar = useRunBar({ prompt: detail.prompt, work, onProblems: setProblems });
  const narrow = useNarrow();
  const [inputsOpen, inputs] = useDisclosure(false);
  const models = bar.models.map((choice) => choice.model);
  const panel = <InputsPanel promptId={detail.prompt.id} work={work} problems={problems} models={models} />;
  const editor = (
    <div className={classes.pane}>
      <Tabs
        value={tab}
        onChange={(value) => setTab((value ?? 'edit') as Tab)}
        classNames={{ root: classes.tabs ?? '', list: classes.tabList ?? '', tab: classes.tabName ?? '' }}
      >
        <Tabs.List>
          {(Object.keys(texts.prompts.tabs) as Tab[]).map((name) => (
            <Tabs.Tab key={name} value={name}>
              {texts.prompts.tabs[name]}
              {name === 'validations' &&
                work.content.validations.length > 0 &&
                ` ${work.content.validations.length}`}
            </Tabs.Tab>
          ))}
          {narrow && (
            <Button variant="default" ml="auto" onClick={inputs.open}>
              {texts.inputs.title}
            </Button>
          )}
        </Tabs.List>
      </Tabs>
      <div className={classes.scroll}>
        <div className={classes.tab}>
          {tab === 'edit' && <ContentEditor work={work} models={models} />}
          {tab === 'rendered' && <RenderedView content={work.content} inputs={work.inputs} models={models} />}
          {tab === 'validations' && <ValidationsEditor work={work} />}
          {tab === 'versions' && <VersionsTab prompt={detail.prompt} work={work} />}
          {tab === 'runs' && <RunsTab promptId={detail.prompt.id} />}
        </div>
      </div>
    </div>
  );
  const upper = narrow ? (
    editor
  ) : (
    <Panes
      name="inputs"
      orientation="horizontal"
      panes={[
        { id: 'editor', size: 70, least: 360, content: editor },
        { id: 'inputs', size: 30, least: 260, content: panel },
      ]}
    />
  );
  const lower = (
    <div className={classes.lower}>
      <RunBar bar={bar} content={work.content} />
      <div className={classes.columns}>
        <Columns detail={bar.run} />
      </div>
    </div>
  );
  return (
    <section className={classes.screen} aria-label={detail.prompt.name}>
      <PromptHeader detail={detail} work={work} />
      <div className={classes.work}>
        <Panes
          name="columns"
          orientation="vertical"
          panes={[
            { id: 'upper', size: 50, least: 140, content: upper },
            { id: 'lower', size: 50, least: 180, content: lower },
          ]}
        />
      </div>
      <Drawer opened={inputsOpen} onClose={inputs.close} position="right" title={texts.inputs.title}>
        {panel}
      </Drawer>
    </section>
  );
}

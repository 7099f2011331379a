import { Button, Tabs, VisuallyHidden } from '@mantine/core';
import { memo, useState } from 'react';
import { texts } from '../../app/texts';
import type { Prompt } from '../../bindings/types';
import { Panes } from '../../components/Panes';
import { useCommands } from '../../lib/commands';
import { ContentEditor } from '../content/ContentEditor';
import { PreviewSwitch, usePreview } from '../content/Preview';
import { RenderedView } from '../content/RenderedView';
import { contentTexts } from '../content/texts';
import { ValidationsEditor } from '../content/LazyValidationsEditor';
import { useOpening } from '../content/wanted';
import { RunsTab } from '../run/RunsTab';
import { validationTexts } from '../validation/texts';
import { unheld, useLastRun } from '../validation/useLastRun';
import { VersionsTab } from '../version/LazyVersionsTab';
import { useWantedVersion, type WantedVersion } from '../version/wanted';
import { type Desk, useDraft } from './desk';
import classes from './prompt.module.css';
import { useWork } from './useWork';

type Tab = keyof typeof texts.prompts.tabs;

interface EditorProps {
  readonly prompt: Prompt;
  readonly desk: Desk;
  /** Whether the window has no room for panes beside each other. */
  readonly narrow: boolean;
  readonly onGoToInput: (name: string) => void;
  readonly onOpenInputs: () => void;
}

/** The tabs of a prompt: its templates with their preview, what they give, how answers are checked, and what was before. */
export const Editor = memo(function Editor(props: EditorProps) {
  const { desk, narrow } = props;
  const [tab, setTab] = useState<Tab>('edit');
  const wanted = useWantedVersion(props.prompt.id, () => setTab('versions'));
  useOpening(desk.actions, 'validations.', () => setTab('validations'));
  const preview = usePreview();
  const validations = useDraft(desk, ({ content }) => content.validations.length);
  useCommands({
    showEdit: () => setTab('edit'),
    showRendered: () => setTab('rendered'),
    showValidations: () => setTab('validations'),
    showVersions: () => setTab('versions'),
    showRuns: () => setTab('runs'),
    togglePreview: { act: preview.toggle, isAvailable: tab === 'edit' },
  });
  return (
    <div className={classes.pane}>
      <div className={classes.tabBar}>
        <Tabs
          value={tab}
          onChange={(value) => setTab((value ?? 'edit') as Tab)}
          classNames={{ root: classes.tabs ?? '', list: classes.tabList ?? '', tab: classes.tabName ?? '' }}
        >
          <Tabs.List>
            {(Object.keys(texts.prompts.tabs) as Tab[]).map((name) => (
              <Tabs.Tab key={name} value={name}>
                {texts.prompts.tabs[name]}
                {name === 'validations' && <ValidationsMark count={validations} promptId={props.prompt.id} />}
              </Tabs.Tab>
            ))}
          </Tabs.List>
        </Tabs>
        {tab === 'edit' && <PreviewSwitch isOn={preview.isOn} onToggle={preview.toggle} />}
        {narrow && (
          <Button variant="default" onClick={props.onOpenInputs}>
            {texts.inputs.title}
          </Button>
        )}
      </div>
      <div className={classes.work}>
        {tab === 'edit' ? (
          <Templates {...props} hasPreview={preview.isOn} />
        ) : (
          <div className={classes.scroll}>
            <Other {...props} tab={tab} wanted={wanted} />
          </div>
        )}
      </div>
    </div>
  );
});

/** How many validations there are, and how many of them did not hold in the last run. */
function ValidationsMark({ count, promptId }: { readonly count: number; readonly promptId: string }) {
  const failed = unheld(useLastRun(promptId));
  if (count === 0) return null;
  return (
    <>
      {` ${count}`}
      {failed > 0 && (
        <span className={classes.tabMark} title={validationTexts.lastRun.tab(failed)}>
          {' ✕'}
          {failed}
          <VisuallyHidden>{validationTexts.lastRun.tab(failed)}</VisuallyHidden>
        </span>
      )}
    </>
  );
}

/** The templates; their preview is beside them, or below where there is no room. */
function Templates(props: EditorProps & { readonly hasPreview: boolean }) {
  const { narrow } = props;
  const editor = (
    <div className={classes.scroll}>
      <Edited {...props} />
    </div>
  );
  const preview = (
    <section aria-label={contentTexts.preview} className={classes.scroll}>
      <Rendered {...props} />
    </section>
  );
  return (
    <Panes
      name={narrow ? 'preview-below' : 'preview'}
      border={texts.borders.preview}
      orientation={narrow ? 'vertical' : 'horizontal'}
      panes={[
        { id: 'templates', size: 55, least: narrow ? 60 : 200, content: editor },
        props.hasPreview ? { id: 'preview', size: 45, least: narrow ? 60 : 160, content: preview } : null,
      ]}
    />
  );
}

function Edited({ desk, onGoToInput }: EditorProps) {
  return <ContentEditor desk={desk} onGoToInput={onGoToInput} />;
}

function Rendered({ desk, onGoToInput }: EditorProps) {
  return <RenderedView checked={desk.checked} onGoToInput={onGoToInput} />;
}

interface OtherProps extends EditorProps {
  readonly tab: Exclude<Tab, 'edit'>;
  readonly wanted: WantedVersion | null;
}

function Other(props: OtherProps) {
  const { tab, prompt, desk, wanted } = props;
  const work = useWork(desk);
  switch (tab) {
    case 'rendered':
      return <Rendered {...props} />;
    case 'validations':
      return <ValidationsEditor work={work} promptId={prompt.id} />;
    case 'versions':
      return (
        <VersionsTab
          key={wanted && `${wanted.visit} ${wanted.id}`}
          prompt={prompt}
          work={work}
          wanted={wanted?.id ?? null}
        />
      );
    case 'runs':
      return <RunsTab promptId={prompt.id} />;
  }
}

import { Drawer } from '@mantine/core';
import { useDisclosure } from '@mantine/hooks';
import { type ComponentProps, lazy, memo, Suspense, useCallback, useEffect, useMemo, useState } from 'react';
import { texts } from '../../app/texts';
import type { Content, ModelChoice, Problem } from '../../bindings/types';
import { Panes } from '../../components/Panes';
import { useCommands } from '../../lib/commands';
import { isSame } from '../../lib/same';
import { useNarrow } from '../../lib/useNarrow';
import { isUsable } from '../content/isUsable';
import { goToField, useOpening } from '../content/wanted';
import { FileNews } from '../folder/FileNews';
import { type RunWork, useRunBar } from '../run/useRunBar';
import { type Desk, emptyContent, type KnownPrompt, useFrame } from './desk';
import { Editor } from './Editor';
import { InputsPanel } from './InputsPanel';
import { NewerVersion } from './NewerVersion';
import { PromptHeader } from './PromptHeader';
import classes from './prompt.module.css';
import { useFramedWork } from './useWork';

// Loaded after the editor, which can be typed in meanwhile.
const RunArea = lazy(() => import('./RunArea').then((module) => ({ default: module.RunArea })));

/** Editing, running and comparing one prompt. Each part follows what it shows of the work. */
export const PromptWork = memo(function PromptWork({ known, desk }: { known: KnownPrompt; desk: Desk }) {
  const { prompt, head } = known;
  const [problems, setProblems] = useState<Problem[]>([]);
  const narrow = useNarrow();
  const [inputsOpen, inputs] = useDisclosure(false);
  const { actions } = desk;
  const goToInput = useCallback((name: string) => goToField(actions, `inputs.${name}`), [actions]);
  useOpening(actions, '', (name) => {
    if (narrow && /^(inputs|variables)/.test(name)) inputs.open();
    else inputs.close();
  });
  const refuse = (found: Problem[]) => {
    setProblems(found);
    const [first] = found.flatMap(inputOf);
    if (first !== undefined) goToInput(first);
  };
  const runWork = useMemo(() => runWorkOf(desk, head?.content ?? emptyContent), [desk, head]);
  const bar = useRunBar({ prompt, work: runWork, onProblems: refuse });
  useCounted(desk, bar.models);
  useCommands({ toggleInputs: { act: inputs.toggle, isAvailable: narrow } });
  const panel = <InputsSide promptId={prompt.id} desk={desk} problems={problems} choices={bar.models} />;
  const editor = (
    <Editor prompt={prompt} desk={desk} narrow={narrow} onGoToInput={goToInput} onOpenInputs={inputs.open} />
  );
  const upper = narrow ? (
    editor
  ) : (
    <Panes
      name="inputs"
      border={texts.borders.inputs}
      orientation="horizontal"
      panes={[
        { id: 'editor', size: 70, least: 360, content: editor },
        { id: 'inputs', size: 30, least: 260, content: panel },
      ]}
    />
  );
  const lower = (
    <Suspense>
      <RunArea desk={desk} bar={bar} />
    </Suspense>
  );
  return (
    <section className={classes.screen} aria-label={prompt.name}>
      <PromptHeader known={known} desk={desk} />
      <NewerVersion known={known} desk={desk} />
      <FileNews known={known} desk={desk} />
      <div className={classes.work}>
        <Panes
          name="columns"
          border={texts.borders.columns}
          orientation="vertical"
          panes={[
            { id: 'upper', size: 46, least: 140, content: upper },
            { id: 'lower', size: 54, least: 180, content: lower },
          ]}
        />
      </div>
      <Drawer opened={inputsOpen} onClose={inputs.close} position="right" title={texts.inputs.title}>
        {panel}
      </Drawer>
    </section>
  );
});

function runWorkOf({ actions, checked }: Desk, head: Content): RunWork {
  return {
    ...actions,
    isChanged: () => !isSame(actions.now().content, head),
    isUsable: (asked) =>
      isUsable(actions, { ...actions.now(), lent: checked.report()?.lentVariables ?? [], ...asked }),
  };
}

/** The input that a problem lies in; none where it lies elsewhere. */
function inputOf({ at }: Problem): string[] {
  const name = /^inputs\.([A-Za-z_]\w*)/.exec(at.path)?.[1];
  return name === undefined ? [] : [name];
}

/** Has tokens and cost be counted for the models, or for the one that the prompt suggests. */
function useCounted(desk: Desk, models: readonly ModelChoice[]): void {
  const { checked } = desk;
  const suggested = useFrame(desk).settings.model;
  const choices = useMemo(
    () => (models.length > 0 || suggested == null ? models : [{ model: suggested }]),
    [models, suggested],
  );
  useEffect(() => checked.countFor(choices), [checked, choices]);
}

const InputsSide = memo(function InputsSide({
  desk,
  ...props
}: { readonly desk: Desk } & Omit<ComponentProps<typeof InputsPanel>, 'work'>) {
  return <InputsPanel work={useFramedWork(desk)} {...props} />;
});

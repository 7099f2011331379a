import { Button, Loader, Menu, NumberInput } from '@mantine/core';
import { IconPlayerPlayFilled, IconPlayerStopFilled } from '@tabler/icons-react';
import { type MouseEvent, type ReactNode, useEffect, useRef } from 'react';
import { texts } from '../../app/texts';
import type { Content, ModelChoice, Priority, Run } from '../../bindings/types';
import { Keys } from '../../components/Keys';
import { modelField } from '../content/unusable';
import { ContextButton } from './ContextButton';
import { isLong } from './course';
import { ModelChip } from './ModelChip';
import { ModelPicker } from './ModelPicker';
import { OptionsButton } from './OptionsButton';
import classes from './run.module.css';
import type { RunBarState } from './useRunBar';

/** Models, repeats, priority, context and cost of the next run, and its one button. */
export function RunBar(props: {
  bar: RunBarState;
  content: Content;
  /** What keeps texts that are not valid, for as long as the work is on screen. */
  owner: object;
  cost: ReactNode;
}) {
  const { bar, content, owner, cost } = props;
  const change = (at: number, next: ModelChoice | null) => {
    bar.setModels(bar.models.flatMap((choice, other) => (other === at ? (next ?? []) : choice)));
  };
  const run = bar.run?.run;
  const chosen = useRef<HTMLDivElement>(null);
  const count = bar.models.length;
  useEffect(() => {
    // What was added last is seen.
    chosen.current?.scrollTo({ left: chosen.current.scrollWidth });
  }, [count]);
  return (
    <div className={classes.bar} role="toolbar" aria-label={texts.runBar.models}>
      <div ref={chosen} className={classes.models}>
        {bar.models.map((choice, at) => (
          <ModelChip
            key={modelField(choice, at)}
            owner={owner}
            name={modelField(choice, at)}
            choice={choice}
            content={content}
            isOpen={bar.opened === at}
            onOpen={(isOpen) => bar.setOpened(isOpen ? at : null)}
            onChange={(next) => change(at, next)}
          />
        ))}
        <ModelPicker
          isOpen={bar.opened === 'models'}
          onOpen={(isOpen) => bar.setOpened(isOpen ? 'models' : null)}
          onPick={(model) => bar.setModels([...bar.models, { model, parameters: {} }])}
        />
        {count === 0 && <span className={classes.hint}>{texts.runBar.noModel}</span>}
      </div>
      <div>
        {bar.isRunning && run !== undefined && !isLong(run) && <Ended run={run} />}
        <label className={classes.field}>
          {texts.runBar.repeats}
          <NumberInput
            w={56}
            min={1}
            max={100}
            clampBehavior="strict"
            allowDecimal={false}
            value={bar.repeats}
            onChange={(value) => bar.setRepeats(Math.max(1, Number(value)))}
          />
        </label>
        <PriorityMenu priority={bar.priority} onChange={(priority) => bar.setPriority(priority)} />
        <ContextButton context={bar.context} owner={owner} onChange={(context) => bar.setContext(context)} />
        <OptionsButton
          options={bar.options}
          models={bar.models.map(({ model }) => model)}
          onChange={(options) => bar.setOptions(options)}
        />
        {cost}
        <StartButton bar={bar} />
      </div>
    </div>
  );
}

/** Starts a run, and stops what runs. It is one button, so that the focus stays on it. */
function StartButton({ bar }: { bar: RunBarState }) {
  const { start, stop, isRunning, isStarting } = bar;
  // The further presses of a double or triple click belong to the first, whatever the button says by then.
  const once = (act: () => Promise<void>) => (event: MouseEvent) => {
    if (event.detail <= 1) void act();
  };
  if (isRunning) {
    return (
      <Button
        color="red"
        variant="light"
        leftSection={<IconPlayerStopFilled size={14} />}
        onClick={once(stop)}
      >
        {texts.actions.stop}&nbsp;
        <Keys of="stop" className={classes.kbd} />
      </Button>
    );
  }
  return (
    <Button
      leftSection={
        isStarting ? <Loader size={14} color="currentColor" /> : <IconPlayerPlayFilled size={14} />
      }
      disabled={bar.models.length === 0}
      aria-busy={isStarting}
      onClick={once(start)}
    >
      {texts.runBar.run(bar.models.length)}&nbsp;
      <Keys of="run" className={classes.kbd} />
    </Button>
  );
}

/** How many answers have ended. */
function Ended({ run: { progress } }: { run: Run }) {
  const { total, pending, running } = progress;
  return (
    <span className={`${classes.hint ?? ''} num`} role="status">
      {texts.runBar.progress(total - pending - running, total)}
    </span>
  );
}

function PriorityMenu({
  priority,
  onChange,
}: {
  priority: Priority;
  onChange: (priority: Priority) => void;
}) {
  return (
    <Menu>
      <Menu.Target>
        <Button variant="subtle" color="gray">
          {texts.runBar.priority} {texts.runBar.priorities[priority].toLowerCase()}
        </Button>
      </Menu.Target>
      <Menu.Dropdown>
        <Menu.RadioGroup value={priority} onChange={(value) => onChange(value as Priority)}>
          {(Object.keys(texts.runBar.priorities) as Priority[]).map((name) => (
            <Menu.RadioItem key={name} value={name} closeMenuOnClick>
              {texts.runBar.priorities[name]}
            </Menu.RadioItem>
          ))}
        </Menu.RadioGroup>
      </Menu.Dropdown>
    </Menu>
  );
}

import { ActionIcon, Button, Checkbox, NumberInput, Popover, Stack } from '@mantine/core';
import { type Icon, IconArrowDown, IconArrowUp, IconX } from '@tabler/icons-react';
import { useState } from 'react';
import { texts } from '../../app/texts';
import type { ModelRef } from '../../bindings/types';
import { moved } from '../content/body';
import { ModelPicker } from './ModelPicker';
import { type RunOptions, countSet, fallbacksOf } from './options';
import { optionsTexts } from './options.texts';
import classes from './options.module.css';

interface Props {
  options: RunOptions;
  /** The models of the run. Others can answer in the place of a single one. */
  models: readonly ModelRef[];
  onChange: (options: RunOptions) => void;
}

/** What is seldom set for a run: how it shares the wire, and what becomes of it when something fails. */
export function OptionsButton({ options, models, onChange }: Props) {
  const set = countSet(options, models);
  const [isPicking, setPicking] = useState(false);
  return (
    // Escape is for the list of models while that is open.
    <Popover position="top-end" trapFocus closeOnEscape={!isPicking}>
      <Popover.Target>
        <Button variant="subtle" color={set > 0 ? 'accent' : 'gray'}>
          {optionsTexts.button(set)}
        </Button>
      </Popover.Target>
      <Popover.Dropdown>
        <Stack w={340} gap="sm">
          <NumberInput
            label={optionsTexts.concurrency}
            placeholder={optionsTexts.defaultConcurrency}
            min={1}
            max={1024}
            clampBehavior="strict"
            allowDecimal={false}
            value={options.concurrency ?? ''}
            onChange={(value) => onChange({ ...options, concurrency: value === '' ? null : Number(value) })}
          />
          <Checkbox
            label={optionsTexts.failFast}
            checked={options.failFast}
            onChange={(event) => onChange({ ...options, failFast: event.currentTarget.checked })}
          />
          <Checkbox
            label={optionsTexts.resume}
            checked={options.onRestart === 'resume'}
            onChange={(event) =>
              onChange({ ...options, onRestart: event.currentTarget.checked ? 'resume' : 'fail' })
            }
          />
          {models.length === 1 && (
            <Fallbacks
              models={fallbacksOf(options, models)}
              without={models}
              isPicking={isPicking}
              onPicking={setPicking}
              onChange={(fallbacks) => onChange({ ...options, fallbacks })}
            />
          )}
        </Stack>
      </Popover.Dropdown>
    </Popover>
  );
}

/** The models that are asked next, in their order. */
function Fallbacks(props: {
  models: readonly ModelRef[];
  /** The models that are no fallbacks. */
  without: readonly ModelRef[];
  isPicking: boolean;
  onPicking: (isPicking: boolean) => void;
  onChange: (models: ModelRef[]) => void;
}) {
  const { models, without, onChange } = props;
  return (
    <section aria-label={optionsTexts.fallbacks}>
      <b className={classes.title}>{optionsTexts.fallbacks}</b>
      {models.length > 0 && (
        <ol className={classes.models}>
          {models.map((model, at) => (
            <Fallback
              key={model}
              model={model}
              isFirst={at === 0}
              isLast={at === models.length - 1}
              onMove={(by) => onChange(moved(models, at, at + by))}
              onRemove={() => onChange(models.filter((other) => other !== model))}
            />
          ))}
        </ol>
      )}
      <ModelPicker
        label={optionsTexts.addFallback}
        isInside
        without={[...without, ...models]}
        isOpen={props.isPicking}
        onOpen={props.onPicking}
        onPick={(model) => onChange([...models, model])}
      />
      <p className={classes.hint}>{optionsTexts.fallbackHint}</p>
    </section>
  );
}

/** One of them, with what moves it. */
function Fallback(props: {
  model: ModelRef;
  isFirst: boolean;
  isLast: boolean;
  onMove: (by: 1 | -1) => void;
  onRemove: () => void;
}) {
  const { model, onMove } = props;
  return (
    <li>
      <span className={classes.model} title={model}>
        {model}
      </span>
      <Act
        label={optionsTexts.moveUp(model)}
        icon={IconArrowUp}
        isOff={props.isFirst}
        onClick={() => onMove(-1)}
      />
      <Act
        label={optionsTexts.moveDown(model)}
        icon={IconArrowDown}
        isOff={props.isLast}
        onClick={() => onMove(1)}
      />
      <Act label={texts.runBar.remove(model)} icon={IconX} onClick={props.onRemove} />
    </li>
  );
}

/** One that can do nothing more keeps the focus, for whom has pressed it until then. */
function Act(props: { label: string; icon: Icon; isOff?: boolean; onClick: () => void }) {
  const { label, icon: Sign, isOff = false, onClick } = props;
  return (
    <ActionIcon
      size={24}
      className={classes.act}
      aria-label={label}
      title={label}
      aria-disabled={isOff || undefined}
      data-disabled={isOff || undefined}
      onClick={isOff ? undefined : onClick}
    >
      <Sign size={14} aria-hidden />
    </ActionIcon>
  );
}

import { ActionIcon, Button, Checkbox, NumberInput, Popover, Stack } from '@mantine/core';
import { IconX } from '@tabler/icons-react';
import { useState } from 'react';
import { texts } from '../../app/texts';
import type { ModelRef } from '../../bindings/types';
import { ModelPicker } from './ModelPicker';
import { type RunOptions, countSet } from './options';
import { optionsTexts } from './options.texts';
import classes from './options.module.css';

interface Props {
  options: RunOptions;
  /** Whether other models can answer in the place of the run's, which is for runs of one model. */
  hasFallbacks: boolean;
  onChange: (options: RunOptions) => void;
}

/** What is seldom set for a run: how it shares the wire, and what becomes of it when something fails. */
export function OptionsButton({ options, hasFallbacks, onChange }: Props) {
  const set = countSet(options, hasFallbacks);
  return (
    <Popover position="top-end" trapFocus>
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
          {hasFallbacks && (
            <Fallbacks
              models={options.fallbacks}
              onChange={(fallbacks) => onChange({ ...options, fallbacks })}
            />
          )}
        </Stack>
      </Popover.Dropdown>
    </Popover>
  );
}

/** The models that are asked next, in their order. */
function Fallbacks({ models, onChange }: { models: ModelRef[]; onChange: (models: ModelRef[]) => void }) {
  const [isOpen, setOpen] = useState(false);
  return (
    <section aria-label={optionsTexts.fallbacks}>
      <b className={classes.title}>{optionsTexts.fallbacks}</b>
      {models.length > 0 && (
        <ol className={classes.models}>
          {models.map((model) => (
            <li key={model}>
              <span className={classes.model}>{model}</span>
              <ActionIcon
                variant="subtle"
                color="gray"
                aria-label={texts.runBar.remove(model)}
                onClick={() => onChange(models.filter((other) => other !== model))}
              >
                <IconX size={14} />
              </ActionIcon>
            </li>
          ))}
        </ol>
      )}
      <ModelPicker
        label={optionsTexts.addFallback}
        isInside
        isOpen={isOpen}
        onOpen={setOpen}
        onPick={(model) => onChange([...models.filter((other) => other !== model), model])}
      />
      <p className={classes.hint}>{optionsTexts.fallbackHint}</p>
    </section>
  );
}

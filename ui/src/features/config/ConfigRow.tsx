import { Anchor, NumberInput, SegmentedControl } from '@mantine/core';
import { useMutation } from '@tanstack/react-query';
import { useState } from 'react';
import { queries } from '../../app/live';
import type { Config, ConfigSetting } from '../../bindings/types';
import { Marked } from '../../components/Notice';
import { api, toApiError } from '../../host';
import workspace from '../workspace/workspace.module.css';
import classes from './config.module.css';
import { configQuery } from './queries';
import { configTexts as words } from './texts';

const keep = (config: Config) => queries.setQueryData(configQuery.queryKey, config);

/** A setting: what it does, where its value comes from, and the control that changes it. */
export function ConfigRow({ setting }: { setting: ConfigSetting }) {
  const { name, title, doc, source } = setting;
  const update = useMutation({
    mutationFn: (value: string) => api.configUpdate({ name, value }),
    onSuccess: keep,
  });
  const reset = useMutation({ mutationFn: () => api.configReset({ name }), onSuccess: keep });
  const error = update.error ?? reset.error;
  const id = `config-${name}`;
  return (
    <div className={classes.row} role="group" aria-labelledby={id}>
      <div>
        <div className={classes.title}>
          <span id={id}>{title}</span> <span className={classes.name}>{name}</span>
        </div>
        <div className={workspace.quiet} id={`${id}-doc`}>
          <Marked text={doc} />
        </div>
      </div>
      <div className={classes.control}>
        <Control setting={setting} onChoose={(value) => update.mutate(value)} isWrong={error !== null} />
        {error !== null && (
          <div className={classes.wrong} role="alert" id={`${id}-error`}>
            <Marked text={told(error)} />
          </div>
        )}
        <div className={workspace.quiet}>
          {error !== null && words.holds(`${String(setting.value)}${words.unit(setting)}`)} {from(setting)}{' '}
          {source === 'file' && (
            <Anchor
              component="button"
              type="button"
              size="xs"
              aria-label={words.resetOf(title)}
              onClick={() => reset.mutate()}
            >
              {words.reset}
            </Anchor>
          )}
        </div>
      </div>
    </div>
  );
}

function told(error: unknown): string {
  const { message, hint = '' } = toApiError(error);
  return hint === '' ? message : `${message}. ${hint}`;
}

function from(setting: ConfigSetting) {
  const { source, variable } = setting;
  if (source === 'environment') return <Plain text={words.fromEnvironment(variable)} />;
  return source === 'default'
    ? words.isDefault
    : words.fromFile(`${String(setting.default)}${words.unit(setting)}`);
}

/** A text whose values are set as code, begun as it is. */
function Plain({ text }: { text: string }) {
  return text.split('`').map((part, at) => (at % 2 === 1 ? <code key={at}>{part}</code> : part));
}

function Control(props: { setting: ConfigSetting; onChoose: (value: string) => void; isWrong: boolean }) {
  const { setting, onChoose, isWrong } = props;
  const id = `config-${setting.name}`;
  const labels = {
    'aria-labelledby': id,
    'aria-describedby': isWrong ? `${id}-error` : `${id}-doc`,
  };
  const isHeld = setting.source === 'environment';
  if (setting.kind === 'choice') {
    return (
      <SegmentedControl
        {...labels}
        disabled={isHeld}
        value={String(setting.value)}
        onChange={onChoose}
        data={setting.words}
      />
    );
  }
  return <NumberControl {...props} labels={labels} isHeld={isHeld} />;
}

/** A number that is taken once it is left or confirmed; the host says whether it may be. */
function NumberControl(props: {
  setting: ConfigSetting;
  onChoose: (value: string) => void;
  isWrong: boolean;
  isHeld: boolean;
  labels: object;
}) {
  const { setting, onChoose, isWrong, isHeld, labels } = props;
  const [typed, setTyped] = useState<string | number>(Number(setting.value));
  const take = () => {
    if (typed === '') setTyped(Number(setting.value));
    else if (String(typed) !== String(setting.value)) onChoose(String(typed));
  };
  return (
    <NumberInput
      {...labels}
      w={128}
      value={typed}
      suffix={words.unit(setting)}
      readOnly={isHeld}
      variant={isHeld ? 'filled' : 'default'}
      error={isWrong}
      hideControls={isHeld}
      onChange={setTyped}
      onBlur={take}
      onKeyDown={(event) => {
        if (event.key === 'Enter') take();
        if (event.key === 'Escape') setTyped(Number(setting.value));
      }}
    />
  );
}

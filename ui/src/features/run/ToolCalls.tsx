import { IconTool } from '@tabler/icons-react';
import type { ToolCall } from '../../bindings/types';
import { CopyIcon } from '../../components/CopyIcon';
import { prettyJson } from './json';
import { runsTexts } from './runs.texts';
import classes from './ToolCalls.module.css';

const words = runsTexts.toolCalls;

/** Longer arguments are folded at first. */
const MOST_OPEN = 2000;

/** The tools that a model asks to be called. What it wrote is text, whatever it spells. */
export function ToolCalls({ calls }: { calls: ToolCall[] }) {
  if (calls.length === 0) return null;
  return (
    <ul className={classes.calls} aria-label={words.title}>
      {calls.map((call) => (
        <li key={call.id}>
          <Call call={call} />
        </li>
      ))}
    </ul>
  );
}

function Call({ call }: { call: ToolCall }) {
  const json = prettyJson(call.arguments);
  const isEmpty = json.trim() === '' || json === '{}';
  const head = (
    <>
      <IconTool size={14} aria-hidden />
      <span className={classes.name}>{call.name}</span>
      {isEmpty && <span className={classes.quiet}>{words.noArguments}</span>}
    </>
  );
  if (isEmpty) return <div className={`${classes.call ?? ''} ${classes.head ?? ''}`}>{head}</div>;
  return (
    <div className={classes.call}>
      <details open={json.length <= MOST_OPEN}>
        <summary className={classes.head}>{head}</summary>
        <pre className={classes.arguments} tabIndex={0}>
          {json}
        </pre>
      </details>
      <span className={classes.copy}>
        <CopyIcon value={json} label={words.copy(call.name)} />
      </span>
    </div>
  );
}

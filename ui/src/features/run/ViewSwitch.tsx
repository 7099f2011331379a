import { ActionIcon, Tooltip } from '@mantine/core';
import { IconBraces, IconLetterCase, IconMarkdown } from '@tabler/icons-react';
import { columnsTexts } from './columns.texts';
import classes from './run.module.css';
import { keysOf } from './shortcuts';
import { type View, VIEWS } from './views';

const ICONS = { markdown: IconMarkdown, raw: IconLetterCase, json: IconBraces } as const;

/** How an answer is shown, in the header of a column that has the room; its menu says it always. */
export function ViewSwitch(props: { label: string; view: View; onView: (view: View) => void }) {
  const { label, view, onView } = props;
  return (
    <div className={classes.views} role="group" aria-label={label}>
      {VIEWS.map((name) => {
        const Icon = ICONS[name];
        return (
          <Tooltip key={name} label={`${columnsTexts.views[name]} (${keysOf(`column.${name}`)})`}>
            <ActionIcon
              size={24}
              aria-label={columnsTexts.views[name]}
              aria-pressed={name === view}
              onClick={() => onView(name)}
            >
              <Icon size={15} aria-hidden />
            </ActionIcon>
          </Tooltip>
        );
      })}
    </div>
  );
}

import type { ReactNode } from 'react';
import { Group, Panel, Separator, useDefaultLayout } from 'react-resizable-panels';
import classes from './Panes.module.css';

interface Pane {
  id: string;
  /** Share of the space in percent, at first. */
  size: number;
  /** Least size in pixels. */
  least: number;
  content: ReactNode;
}

/**
 * Two panes with a border that can be dragged; their sizes are remembered under `name`. The first stays what it is, with
 * all that is typed in it, while the second comes and goes.
 */
export function Panes({
  name,
  border,
  orientation,
  panes: [first, second],
}: {
  name: string;
  /** What the border between them is called. */
  border: string;
  orientation: 'horizontal' | 'vertical';
  panes: [Pane, Pane | null];
}) {
  const remembered = useDefaultLayout({
    id: `formaops.${name}`,
    panelIds: second === null ? [first.id] : [first.id, second.id],
    storage: localStorage,
  });
  return (
    <Group orientation={orientation} className={classes.group} {...remembered}>
      <Panel
        id={first.id}
        defaultSize={`${first.size}%`}
        minSize={`${first.least}px`}
        className={classes.pane}
      >
        {first.content}
      </Panel>
      {second !== null && (
        <>
          <Separator
            className={orientation === 'horizontal' ? classes.upright : classes.level}
            aria-label={border}
          />
          <Panel
            id={second.id}
            defaultSize={`${second.size}%`}
            minSize={`${second.least}px`}
            className={classes.pane}
          >
            {second.content}
          </Panel>
        </>
      )}
    </Group>
  );
}

import { Button, SegmentedControl } from '@mantine/core';
import { IconArrowsVertical, IconColumns } from '@tabler/icons-react';
import { useCommands } from '../../lib/commands';
import { columnsTexts } from './columns.texts';
import classes from './run.module.css';
import { type View, VIEWS } from './views';

/** What is done to all columns at once. */
export function ColumnsBar(props: {
  view: View | null;
  onView: (view: View) => void;
  isTogether: boolean;
  onTogether: (isTogether: boolean) => void;
  /** The model whose column is the only one shown. */
  solo: string | null;
  onShowAll: () => void;
}) {
  const { view, onView, isTogether, onTogether, solo, onShowAll } = props;
  useCommands({ scrollTogether: () => onTogether(!isTogether) });
  return (
    <div
      className={classes.columnsBar}
      role="toolbar"
      aria-label={columnsTexts.all}
      data-solo={solo === null ? undefined : true}
    >
      <SegmentedControl
        aria-label={columnsTexts.allViews}
        value={view ?? ''}
        onChange={(next) => onView(next as View)}
        data={VIEWS.map((name) => ({ value: name, label: columnsTexts.views[name] }))}
      />
      <Button
        variant={isTogether ? 'light' : 'subtle'}
        color={isTogether ? 'accent' : 'gray'}
        aria-pressed={isTogether}
        leftSection={<IconArrowsVertical size={14} aria-hidden />}
        onClick={() => onTogether(!isTogether)}
      >
        {columnsTexts.together}
      </Button>
      <span className="spacer" />
      {solo !== null && (
        <>
          <span className={classes.hint}>{columnsTexts.onlyOne(solo)}</span>
          <Button variant="default" leftSection={<IconColumns size={14} aria-hidden />} onClick={onShowAll}>
            {columnsTexts.showAll}&nbsp;<kbd className={classes.kbd}>Esc</kbd>
          </Button>
        </>
      )}
    </div>
  );
}

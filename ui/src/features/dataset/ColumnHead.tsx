import { Menu } from '@mantine/core';
import type { Column } from '../../bindings/types';
import classes from './dataset.module.css';
import { datasetTexts as words } from './texts';

/** What a column is called, as the reader knows it. */
export const labelOf = ({ kind, name }: Column) => (kind === 'expected' ? words.expected : name);

/** The head of a column with what can be done to it. */
export function ColumnHead(props: {
  readonly column: Column;
  readonly onRename: (column: Column) => void;
  readonly onRemove: (column: Column) => void;
}) {
  const { column, onRename, onRemove } = props;
  const label = labelOf(column);
  return (
    <Menu position="bottom-start">
      <Menu.Target>
        <button type="button" className={classes.columnHead} title={words.columnMenu(label)}>
          {label}
        </button>
      </Menu.Target>
      <Menu.Dropdown>
        {column.kind !== 'expected' && (
          <Menu.Item onClick={() => onRename(column)}>{words.renameColumn}</Menu.Item>
        )}
        <Menu.Item color="red" onClick={() => onRemove(column)}>
          {words.removeColumn}
        </Menu.Item>
      </Menu.Dropdown>
    </Menu>
  );
}

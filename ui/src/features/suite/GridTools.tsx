import { ActionIcon, Button, SegmentedControl, Select, Tooltip } from '@mantine/core';
import { IconSortAscending, IconSortDescending } from '@tabler/icons-react';
import type { Run } from '../../bindings/types';
import { count } from '../../lib/format';
import classes from './grid.module.css';
import type { Height } from './heights';
import { type GridSearch, MARKS, SORTS } from './search';
import { suiteTexts } from './texts';

const words = suiteTexts.grid;

const ALL = 'all';
/** What the name of a metric stands behind, for it may be that of a figure. */
const METRIC = 'metric ';

/** The order that is chosen. */
function orderOf(value: string | null): Pick<GridSearch, 'sort' | 'metric'> {
  const metric = value?.startsWith(METRIC) === true ? value.slice(METRIC.length) : undefined;
  return { metric, sort: SORTS.find((known) => known === value && known !== 'case') };
}

/** What a grid is narrowed to and ordered by, the repeat that is shown, and the height of its rows. */
export function GridTools(props: {
  run: Run;
  /** The named metrics that it can be ordered by. */
  metrics: readonly string[];
  search: GridSearch;
  onSearch: (part: GridSearch) => void;
  shown: number;
  isWhole: boolean;
  height: Height;
  onHeight: (height: Height) => void;
  repeat: number | null;
  onRepeat: (repeat: number | null) => void;
}) {
  const { run, metrics, search, onSearch, shown, isWhole, repeat, onRepeat } = props;
  const { mark, sort = 'case', metric, descending } = search;
  const all = run.suite?.cases ?? shown;
  return (
    <div className={classes.tools}>
      <SegmentedControl
        aria-label={words.filter}
        value={mark ?? ALL}
        onChange={(value) => onSearch({ mark: MARKS.find((known) => known === value) })}
        data={[
          { value: ALL, label: words.all },
          ...MARKS.map((value) => ({ value, label: suiteTexts.marks[value] })),
        ]}
      />
      <span className={`${classes.quiet ?? ''} num`} role="status">
        {isWhole || mark === undefined
          ? words.shown(count(isWhole ? shown : all), count(all))
          : words.shownSoFar(count(shown))}
      </span>
      <span className="spacer" />
      {run.repeats > 1 && (
        <Select
          w={120}
          aria-label={words.repeat}
          allowDeselect={false}
          value={String(repeat ?? ALL)}
          onChange={(value) => onRepeat(value === null || value === ALL ? null : Number(value))}
          data={[
            { value: ALL, label: words.everyRepeat },
            ...Array.from({ length: run.repeats }, (_, at) => ({
              value: String(at),
              label: words.oneRepeat(at + 1),
            })),
          ]}
        />
      )}
      <Select
        w={150}
        aria-label={words.sort}
        allowDeselect={false}
        value={metric === undefined ? sort : METRIC + metric}
        onChange={(value) => onSearch(orderOf(value))}
        data={[
          ...SORTS.map((value) => ({ value: value, label: suiteTexts.sorts[value] })),
          ...metrics.map((name) => ({ value: METRIC + name, label: name })),
        ]}
      />
      <Tooltip label={descending === true ? words.descending : words.ascending}>
        <ActionIcon
          variant="default"
          aria-label={words.descending}
          aria-pressed={descending === true}
          onClick={() => onSearch({ descending: descending === true ? undefined : true })}
        >
          {descending === true ? (
            <IconSortDescending size={16} aria-hidden />
          ) : (
            <IconSortAscending size={16} aria-hidden />
          )}
        </ActionIcon>
      </Tooltip>
      <HeightSwitch height={props.height} onHeight={props.onHeight} />
    </div>
  );
}

function HeightSwitch({ height, onHeight }: { height: Height; onHeight: (height: Height) => void }) {
  return (
    <div role="group" aria-label={words.height} className={classes.heights}>
      {(Object.keys(words.heights) as Height[]).map((own, at) => (
        <Tooltip key={own} label={`${words.heights[own]} (${at + 1})`}>
          <Button
            variant="default"
            className={classes.height ?? ''}
            aria-label={words.heights[own]}
            aria-pressed={own === height}
            onClick={() => onHeight(own)}
          >
            <i data-lines={at + 1} aria-hidden />
          </Button>
        </Tooltip>
      ))}
    </div>
  );
}

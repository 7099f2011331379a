import { UnstyledButton } from '@mantine/core';
import { IconGitBranch, IconTag } from '@tabler/icons-react';
import { memo, useMemo, useRef } from 'react';
import type { VersionEntry } from '../../bindings/types';
import { Chip } from '../../components/Chip';
import { moment } from '../../lib/format';
import { useVirtualRows } from '../../lib/useVirtualRows';
import { GraphCell, graphWidth } from './GraphCell';
import { type GraphRow, graphOf, widthOf } from './graph';
import classes from './History.module.css';
import { versionTexts as texts } from './texts';

/** The height of a version, in pixels. */
const ROW = 68;

/** The versions of all branches, newest first, with the graph of what was made from what. Only those on screen are drawn. */
export function HistoryList(props: {
  readonly versions: VersionEntry[];
  readonly chosen: string;
  readonly onChoose: (id: string) => void;
  readonly onMore: (() => void) | null;
}) {
  const { versions, chosen, onChoose, onMore } = props;
  const scroll = useRef<HTMLDivElement>(null);
  const rows = useVirtualRows(scroll, versions.length, ROW, onMore);
  const graph = useMemo(() => graphOf(versions), [versions]);
  const width = useMemo(() => graphWidth(widthOf(graph)), [graph]);
  return (
    <div className={classes.scroll} ref={scroll}>
      <ul
        aria-label={texts.list}
        style={{ paddingTop: rows.before, paddingBottom: rows.after }}
        onKeyDown={rows.onKeyDown}
      >
        {rows.drawn.map((index) => {
          const [version, row] = [versions[index], graph[index]];
          if (version === undefined || row === undefined) return null;
          return (
            <li
              key={version.id}
              aria-setsize={onMore === null ? versions.length : -1}
              aria-posinset={index + 1}
            >
              <Item
                version={version}
                row={row}
                width={width}
                index={index}
                isChosen={version.id === chosen}
                isReached={index === rows.current}
                onChoose={onChoose}
              />
            </li>
          );
        })}
      </ul>
    </div>
  );
}

const Item = memo(function Item(props: {
  readonly version: VersionEntry;
  readonly row: GraphRow;
  readonly width: number;
  readonly index: number;
  readonly isChosen: boolean;
  readonly isReached: boolean;
  readonly onChoose: (id: string) => void;
}) {
  const { version, index } = props;
  const about = [texts.by(version.authorName), ...version.tags.map((tag) => `#${tag}`)].join(' · ');
  return (
    <UnstyledButton
      className={classes.item}
      style={{ height: ROW }}
      aria-pressed={props.isChosen}
      data-index={index}
      tabIndex={props.isReached ? 0 : -1}
      onClick={() => props.onChoose(version.id)}
    >
      <GraphCell row={props.row} height={ROW} width={props.width} />
      <span className={classes.facts}>
        <span className={classes.line}>
          <b className="num">{texts.version(version.number)}</b>
          <span className={classes.refs}>
            {version.refs.map(({ kind, name }) => (
              <Chip key={name} tone={kind === 'branch' ? 'accent' : 'good'}>
                {kind === 'branch' ? (
                  <IconGitBranch size={12} aria-hidden />
                ) : (
                  <IconTag size={12} aria-hidden />
                )}
                {` ${name}`}
              </Chip>
            ))}
          </span>
          <span className="num">{moment(version.createdAt)}</span>
        </span>
        <span className={classes.note} data-none={version.note === '' || undefined} title={version.note}>
          {version.note === '' ? texts.noNote : version.note}
        </span>
        <span className={classes.about} title={about}>
          {about}
        </span>
      </span>
    </UnstyledButton>
  );
});

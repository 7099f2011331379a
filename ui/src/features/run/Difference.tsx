import { ActionIcon, Group, Modal, SegmentedControl, Tooltip } from '@mantine/core';
import { useElementSize } from '@mantine/hooks';
import { IconCheck, IconChevronDown, IconChevronUp } from '@tabler/icons-react';
import { useQuery } from '@tanstack/react-query';
import { useRef, useState } from 'react';
import { texts } from '../../app/texts';
import type { Execution } from '../../bindings/types';
import { MergeSides, SIDE_BY_SIDE_FROM } from '../../components/MergeSides';
import { type Layout, type MergeHandle, MergeViewer } from '../../components/MergeViewer';
import { Problem } from '../../components/Notice';
import { bytes } from '../../lib/format';
import { useStream } from '../../lib/useStream';
import { theme } from '../content/editor/theme';
import type { Other } from './Column';
import { columnsTexts } from './columns.texts';
import classes from './Difference.module.css';
import { previousAnswerQuery } from './queries';

const words = columnsTexts.difference;

/** Longer answers are not compared: it would hold up the page. */
const MOST_COMPARED = 1024 * 1024;

/** An answer beside another one, and what differs between them. */
export function Difference(props: {
  execution: Execution;
  /** What it is called; its model where nothing else is said. */
  label?: string;
  other: Other;
  onClose: () => void;
}) {
  const { execution, other, onClose } = props;
  const label = props.label ?? execution.model;
  return (
    <Modal
      opened
      onClose={onClose}
      size="min(1440px, 96vw)"
      title={words.title}
      closeButtonProps={{ 'aria-label': texts.actions.close }}
      classNames={{ content: classes.content ?? '', body: classes.body ?? '' }}
    >
      {other.execution === null ? (
        <WithPrevious execution={execution} />
      ) : (
        <Sides from={execution} to={other.execution} fromLabel={label} toLabel={other.label} />
      )}
    </Modal>
  );
}

/** The answer of the run before comes first: it is what has changed since. */
function WithPrevious({ execution }: { execution: Execution }) {
  const previous = useQuery(previousAnswerQuery(execution));
  if (previous.isError) return <Problem error={previous.error} onRetry={() => void previous.refetch()} />;
  if (previous.isPending) return <p>{words.loading}</p>;
  if (previous.data === null) return <p>{words.none}</p>;
  const label = `${execution.model}, ${words.before}`;
  return <Sides from={previous.data} to={execution} fromLabel={label} toLabel={execution.model} />;
}

function Sides(props: { from: Execution; to: Execution; fromLabel: string; toLabel: string }) {
  const { from, to, fromLabel, toLabel } = props;
  const before = useStream('text', from.id, from.outputBytes);
  const after = useStream('text', to.id, to.outputBytes);
  const { ref, width } = useElementSize();
  const [wanted, setWanted] = useState<Layout | null>(null);
  const [changes, setChanges] = useState(0);
  const merge = useRef<MergeHandle>(null);
  if (Math.max(from.outputBytes, to.outputBytes) > MOST_COMPARED) {
    return <p>{words.tooLong(bytes(MOST_COMPARED))}</p>;
  }
  const isThere = before.known >= from.outputBytes && after.known >= to.outputBytes;
  const isEqual = isThere && before.text === after.text;
  const layout = isEqual ? 'unified' : (wanted ?? (width < SIDE_BY_SIDE_FROM ? 'unified' : 'side'));
  return (
    <div ref={ref} className={classes.sides}>
      <Group gap="xs">
        <SegmentedControl
          aria-label={words.layout}
          value={layout}
          disabled={isEqual}
          onChange={(next) => setWanted(next)}
          data={[
            { value: 'side', label: words.side },
            { value: 'unified', label: words.unified },
          ]}
        />
        <Go label={words.previous} disabled={changes === 0} onGo={() => merge.current?.previous()} />
        <Go label={words.next} disabled={changes === 0} isNext onGo={() => merge.current?.next()} />
        <span className={classes.count} role="status">
          {isThere && !isEqual && words.changes(changes)}
          {isEqual && (
            <>
              <IconCheck size={14} aria-hidden /> {words.equal}
            </>
          )}
          {!isThere && words.loading}
        </span>
      </Group>
      {isThere && width > 0 && (
        <>
          {!isEqual && <MergeSides from={fromLabel} to={toLabel} layout={layout} />}
          <MergeViewer
            ref={merge}
            from={before.text}
            to={after.text}
            fromLabel={fromLabel}
            toLabel={toLabel}
            layout={layout}
            isWhole={isEqual}
            extensions={theme}
            onChanges={setChanges}
          />
        </>
      )}
    </div>
  );
}

function Go(props: { label: string; disabled: boolean; isNext?: boolean; onGo: () => void }) {
  const Icon = props.isNext === true ? IconChevronDown : IconChevronUp;
  return (
    <Tooltip label={props.label}>
      <ActionIcon variant="default" aria-label={props.label} disabled={props.disabled} onClick={props.onGo}>
        <Icon size={15} aria-hidden />
      </ActionIcon>
    </Tooltip>
  );
}

import { Button, SegmentedControl, UnstyledButton } from '@mantine/core';
import { useElementSize } from '@mantine/hooks';
import { IconCheck, IconRestore } from '@tabler/icons-react';
import { useInfiniteQuery, useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import type { Prompt, Version } from '../../bindings/types';
import { MergeSides, SIDE_BY_SIDE_FROM } from '../../components/MergeSides';
import { type Layout, MergeViewer } from '../../components/MergeViewer';
import { api, toApiError } from '../../host';
import { moment, shortVersion } from '../../lib/format';
import { notifyDone, notifyError, notifyUndo } from '../../lib/notify';
import { handlebars } from '../content/editor/handlebars';
import { theme } from '../content/editor/theme';
import type { Work } from '../prompt/useWork';
import { comparisonQuery, versionQuery, versionsQuery } from './queries';
import { versionTexts as texts } from './texts';
import classes from './VersionsTab.module.css';

interface Props {
  readonly prompt: Prompt;
  readonly work: Work;
  /** The version that is to be shown first; the newest where nobody wants one. */
  readonly wanted: string | null;
}

/** The saved versions of a prompt, each beside what is on screen now. */
export function VersionsTab({ prompt, work, wanted }: Props) {
  const query = useInfiniteQuery(versionsQuery(prompt.id));
  const versions = query.data?.pages.flatMap(({ items }) => items) ?? [];
  const [chosen, setChosen] = useState(wanted);
  const known = versions.find(({ id }) => id === chosen);
  // A version that somebody was led to may be far down in the list.
  const isFar = chosen !== null && query.isSuccess && known === undefined;
  const far = useQuery({ ...versionQuery(prompt.id, chosen ?? ''), enabled: isFar });
  const version = known ?? far.data ?? versions[0];
  if (query.isPending || (isFar && far.isPending)) return <p className={classes.empty}>{texts.loading}</p>;
  if (query.isError) return <p className={classes.empty}>{toApiError(query.error).message}</p>;
  if (version === undefined) return <p className={classes.empty}>{texts.empty}</p>;
  return (
    <div className={classes.tab}>
      <div className={classes.list}>
        <ul aria-label={texts.list}>
          {versions.map((item) => (
            <li key={item.id}>
              <VersionItem
                version={item}
                isHead={item.id === prompt.head}
                isChosen={item.id === version.id}
                onChoose={() => setChosen(item.id)}
              />
            </li>
          ))}
        </ul>
        {query.hasNextPage && (
          <Button
            variant="subtle"
            loading={query.isFetchingNextPage}
            onClick={() => void query.fetchNextPage()}
          >
            {texts.more}
          </Button>
        )}
      </div>
      <Comparison prompt={prompt} work={work} version={version} />
    </div>
  );
}

function VersionItem(props: {
  readonly version: Version;
  readonly isHead: boolean;
  readonly isChosen: boolean;
  readonly onChoose: () => void;
}) {
  const { version, isHead, isChosen } = props;
  return (
    <UnstyledButton className={classes.item} aria-pressed={isChosen} onClick={props.onChoose}>
      <span className={classes.line}>
        <b className="num">{texts.version(version.number)}</b>
        {isHead && <span className={classes.head}>{texts.head}</span>}
        <span className="spacer" />
        <span className="num">{moment(version.createdAt)}</span>
      </span>
      <span className={classes.note} data-none={version.note === '' || undefined} title={version.note}>
        {version.note === '' ? texts.noNote : version.note}
      </span>
      <span className={classes.hash}>{shortVersion(version.id)}</span>
    </UnstyledButton>
  );
}

const looks = [handlebars, theme];

function Comparison({ prompt, work, version }: { prompt: Prompt; work: Work; version: Version }) {
  const { ref, width } = useElementSize();
  const [wanted, setWanted] = useState<Layout | null>(null);
  const layout = wanted ?? (width < SIDE_BY_SIDE_FROM ? 'unified' : 'side');
  const comparison = useQuery(comparisonQuery(prompt.id, version.id, work));
  const restore = useRestore(prompt, work);
  const [isBusy, setIsBusy] = useState(false);
  const name = texts.version(version.number);
  const onRestore = async () => {
    setIsBusy(true);
    await restore(version);
    setIsBusy(false);
  };
  return (
    <section ref={ref} className={classes.comparison} aria-label={`${name}, ${texts.now}`}>
      <header className={classes.header}>
        <SegmentedControl
          aria-label={texts.layout}
          value={layout}
          onChange={(next) => setWanted(next)}
          data={[
            { value: 'side', label: texts.side },
            { value: 'unified', label: texts.unified },
          ]}
        />
        <span className="spacer" />
        <Button
          variant="default"
          leftSection={<IconRestore size={14} aria-hidden />}
          disabled={comparison.data?.equal ?? true}
          loading={isBusy}
          onClick={() => void onRestore()}
        >
          {`${texts.restore} ${name}`}
        </Button>
      </header>
      {comparison.isError && <p className={classes.empty}>{toApiError(comparison.error).message}</p>}
      {comparison.data?.equal === true && (
        <p className={classes.equal}>
          <IconCheck size={14} aria-hidden /> {texts.equal}
        </p>
      )}
      {comparison.data !== undefined && width > 0 && (
        <>
          {!comparison.data.equal && <MergeSides from={name} to={texts.now} layout={layout} />}
          <MergeViewer
            from={comparison.data.from}
            to={comparison.data.to}
            fromLabel={name}
            toLabel={texts.now}
            layout={comparison.data.equal ? 'unified' : layout}
            isWhole={comparison.data.equal}
            extensions={looks}
          />
        </>
      )}
    </section>
  );
}

/** Restores a version, and offers to bring back the newest one and the work as they were. */
function useRestore(prompt: Prompt, work: Work) {
  return async (version: Version) => {
    const { content } = work;
    const { head } = prompt;
    try {
      await work.keep();
      const restored = await api.versionRestore({ id: prompt.id, version: version.id });
      work.reset(restored.content, restored.id);
      const done = texts.restored(texts.version(version.number));
      if (head === null) notifyDone(done);
      else {
        notifyUndo(done, async () => {
          const previous = await api.versionRestore({ id: prompt.id, version: head });
          work.reset(content, previous.id);
        });
      }
    } catch (error) {
      notifyError(error);
    }
  };
}

import { Button, SegmentedControl, Select } from '@mantine/core';
import { useElementSize } from '@mantine/hooks';
import { IconCheck, IconRestore } from '@tabler/icons-react';
import { useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import type { ContentChange, Prompt, VersionEntry } from '../../bindings/types';
import { MergeSides, SIDE_BY_SIDE_FROM } from '../../components/MergeSides';
import { type Layout, MergeViewer } from '../../components/MergeViewer';
import { toApiError } from '../../host';
import { handlebars } from '../content/editor/handlebars';
import { theme } from '../content/editor/theme';
import type { Work } from '../prompt/useWork';
import { nameOf, restore } from './actions';
import { changeText } from './changes.texts';
import { comparisonQuery } from './queries';
import { versionTexts as texts } from './texts';
import { VersionMenu } from './VersionMenu';
import classes from './VersionsTab.module.css';

const looks = [handlebars, theme];

/** A version beside what is on screen now or any other version: what changed by meaning, and the text. */
export function Comparison(props: {
  readonly prompt: Prompt;
  readonly work: Work;
  readonly version: VersionEntry;
  readonly versions: VersionEntry[];
}) {
  const { prompt, work, version, versions } = props;
  const { ref, width } = useElementSize();
  const [wanted, setWanted] = useState<Layout | null>(null);
  const layout = wanted ?? (width < SIDE_BY_SIDE_FROM ? 'unified' : 'side');
  const [other, setOther] = useState<string | null>(null);
  const to = versions.find(({ id }) => id === other && id !== version.id) ?? null;
  const comparison = useQuery(comparisonQuery(prompt.id, version.id, to?.id ?? null, work));
  const [isBusy, setIsBusy] = useState(false);
  const name = nameOf(version);
  const toName = to === null ? texts.now : nameOf(to);
  const onRestore = async () => {
    setIsBusy(true);
    await restore(prompt, work, version);
    setIsBusy(false);
  };
  return (
    <section ref={ref} className={classes.comparison} aria-label={`${name}, ${toName}`}>
      <header className={classes.header}>
        <Select
          aria-label={texts.compareWith}
          className={classes.with ?? ''}
          value={to?.id ?? ''}
          onChange={(value) => setOther(value)}
          allowDeselect={false}
          searchable
          data={[
            { value: '', label: texts.now },
            ...versions
              .filter(({ id }) => id !== version.id)
              .map((one) => ({ value: one.id, label: nameOf(one) })),
          ]}
        />
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
          disabled={to === null && (comparison.data?.equal ?? true)}
          loading={isBusy}
          onClick={() => void onRestore()}
        >
          {`${texts.restore} ${name}`}
        </Button>
        <VersionMenu prompt={prompt} work={work} version={version} />
      </header>
      {comparison.isError && <p className={classes.empty}>{toApiError(comparison.error).message}</p>}
      {comparison.data?.equal === true && (
        <p className={classes.equal}>
          <IconCheck size={14} aria-hidden /> {texts.equal}
        </p>
      )}
      {comparison.data !== undefined && width > 0 && (
        <>
          <Changes changes={comparison.data.changes} />
          {!comparison.data.equal && <MergeSides from={name} to={toName} layout={layout} />}
          <MergeViewer
            from={comparison.data.from}
            to={comparison.data.to}
            fromLabel={name}
            toLabel={toName}
            layout={comparison.data.equal ? 'unified' : layout}
            isWhole={comparison.data.equal}
            extensions={looks}
          />
        </>
      )}
    </section>
  );
}

/** What changed, a line each. */
export function Changes({ changes }: { changes: ContentChange[] }) {
  if (changes.length === 0) return null;
  return (
    <ul className={classes.changes} aria-label={texts.changes}>
      {changes.map((change) => (
        <li key={JSON.stringify(change)}>{changeText(change)}</li>
      ))}
    </ul>
  );
}

import { VisuallyHidden } from '@mantine/core';
import { useDebouncedValue } from '@mantine/hooks';
import { Spotlight } from '@mantine/spotlight';
import { IconGitCommit, IconMessage2 } from '@tabler/icons-react';
import { useQuery } from '@tanstack/react-query';
import { useNavigate } from '@tanstack/react-router';
import type { Hit, PageOfHit } from '../../bindings/types';
import { FoundText } from '../../components/FoundText';
import { toApiError } from '../../host';
import { moment } from '../../lib/format';
import { bestPlace, destination, keyOf } from './hits';
import classes from './PaletteHits.module.css';
import { hitsQuery } from './queries';
import { findingTexts as texts } from './texts';

/** How long typing rests before it is searched for, in milliseconds: a fast typist's next key comes within it. */
const SEARCH_AFTER_MS = 60;

interface Props {
  /** What is typed; not empty. */
  readonly query: string;
  /** Whether nothing else of the palette matches. */
  readonly isAlone: boolean;
  /** The class of a group in the palette. */
  readonly groupClass: string;
}

/** What of the texts of versions and runs has the words, as entries of the palette. */
export function PaletteHits({ query, isAlone, groupClass }: Props) {
  const [text] = useDebouncedValue(query.trim(), SEARCH_AFTER_MS);
  const versions = useQuery(hitsQuery('version', text));
  const answers = useQuery(hitsQuery('execution', text));
  const error = versions.error ?? answers.error;
  const isLooking = versions.isPending || answers.isPending;
  const isNone = [versions, answers].every(({ data }) => data?.items.length === 0);
  return (
    <>
      <Group label={texts.versions} page={versions.data} groupClass={groupClass} />
      <Group label={texts.answers} page={answers.data} groupClass={groupClass} />
      {error !== null && <p className={classes.looking}>{toApiError(error).message}</p>}
      {error === null && isLooking && <p className={classes.looking}>{texts.looking}</p>}
      {isAlone && isNone && <Spotlight.Empty>{texts.nothing}</Spotlight.Empty>}
      <VisuallyHidden role="status">{isLooking ? '' : told(versions.data, answers.data)}</VisuallyHidden>
    </>
  );
}

/** How much was found, in words. */
function told(versions: PageOfHit | undefined, answers: PageOfHit | undefined): string {
  const counts = [versions, answers].map((page) => page?.items.length ?? 0);
  if (counts.every((count) => count === 0)) return texts.none;
  const count = (page: PageOfHit | undefined) => {
    const known = page?.items.length ?? 0;
    return page?.next == null ? String(known) : texts.atLeast(known);
  };
  return texts.told(count(versions), count(answers));
}

function Group(props: { label: string; page: PageOfHit | undefined; groupClass: string }) {
  const { label, page, groupClass } = props;
  if (page === undefined || page.items.length === 0) return null;
  return (
    <Spotlight.ActionsGroup label={label} className={groupClass}>
      {page.items.map((hit) => (
        <Entry key={keyOf(hit)} hit={hit} />
      ))}
    </Spotlight.ActionsGroup>
  );
}

function Entry({ hit }: { hit: Hit }) {
  const navigate = useNavigate();
  const place = bestPlace(hit);
  const Icon = hit.kind === 'version' ? IconGitCommit : IconMessage2;
  return (
    <Spotlight.Action className={classes.hit} onClick={() => void navigate(destination(hit))}>
      <span className={classes.icon}>
        <Icon size={16} />
      </span>
      <span className={classes.title}>
        <span className={classes.name}>{hit.promptName}</span>
        <span className={`${classes.facts ?? ''} num`}>{facts(hit)}</span>
        <span className="spacer" />
        <span className={`${classes.facts ?? ''} num`}>{moment(hit.at)}</span>
      </span>
      {place !== undefined && (
        <span className={classes.place}>
          <FoundText text={place.text} />
        </span>
      )}
    </Spotlight.Action>
  );
}

function facts(hit: Hit): string {
  switch (hit.kind) {
    case 'prompt':
      return hit.promptTitle;
    case 'version':
      return hit.isHead ? `v${hit.number} · ${texts.head}` : `v${hit.number}`;
    case 'execution':
      return hit.model;
  }
}

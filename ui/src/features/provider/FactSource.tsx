import { Anchor } from '@mantine/core';
import type { CatalogueModel, Source } from '../../bindings/types';
import {
  type FieldName,
  isOwn,
  isSaid,
  isUntouched,
  type ModelFields,
  sourceOf,
  takenBack,
  withoutUser,
} from './model';
import { sourceName } from './price';
import classes from './provider.module.css';
import { providerTexts } from './texts';

const words = providerTexts.edit;

/** Where what a field holds comes from, and the way back where that is the user. */
export function FactSource(props: {
  known: CatalogueModel | null;
  fields: ModelFields;
  name: FieldName;
  /** The fact, for people. */
  label: string;
  onChange: (changed: Partial<ModelFields>) => void;
}) {
  const { known, fields, name, label, onChange } = props;
  const isYours = isOwn(known, fields, name);
  return (
    <div className={classes.from}>
      {isYours ? (
        <>
          <Yours
            known={known}
            name={name}
            isSaved={isSaid(known, name) && isUntouched(known, fields, name)}
          />{' '}
          <Anchor
            component="button"
            type="button"
            size="xs"
            aria-label={words.backOf(label)}
            onClick={() => onChange(takenBack(known, name))}
          >
            {words.back}
          </Anchor>
        </>
      ) : (
        name !== 'sameAs' && <Beneath known={withoutUser(known)} name={name} />
      )}
    </div>
  );
}

/** That a fact is the user's, since when, or that it will be. */
function Yours(props: { known: CatalogueModel | null; name: FieldName; isSaved: boolean }) {
  const source = sourceOf(props.known, props.name);
  if (!props.isSaved) return words.fromYou;
  return source === null ? words.yours : <SourceOfFact source={source} />;
}

/** Where a fact comes from that the user does not say. */
function Beneath({ known, name }: { known: CatalogueModel | null; name: Exclude<FieldName, 'sameAs'> }) {
  const source = sourceOf(known, name);
  const hasValue = known?.[name] !== undefined && known[name] !== null;
  return source === null && hasValue ? words.fromPlace : <SourceOfFact source={source} />;
}

/** A source by its name and day; that there is none, where it is not known. */
export function SourceOfFact({ source }: { source: Source | null }) {
  if (source === null) return words.unknown;
  return <span title={source.source}>{words.from(sourceName(source.source), source.date)}</span>;
}

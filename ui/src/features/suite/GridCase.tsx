import { memo } from 'react';
import type { Case } from '../../bindings/types';
import { shownValue } from './cases';
import classes from './grid.module.css';
import type { Height } from './heights';

/** What a case is about: its number, its name or inputs, what is expected, and its tags. */
export const GridCase = memo(function GridCase({ own, height }: { own: Case; height: Height }) {
  const { position, name = '', inputs, expected, tags = [] } = own;
  const given = Object.values(inputs).map(shownValue).join(' · ');
  return (
    <div className={classes.about} data-height={height} title={given}>
      <p className={classes.given}>
        <span className={`${classes.number ?? ''} num`}>{position + 1}</span> {name === '' ? given : name}
      </p>
      {height !== 'low' && (
        <p className={classes.meta}>
          {expected !== undefined && <span className={classes.expected}>→ {shownValue(expected)}</span>}
          {tags.map((tag) => (
            <span key={tag}>{tag}</span>
          ))}
        </p>
      )}
    </div>
  );
});

import { Tooltip } from '@mantine/core';
import { IconAlertTriangle } from '@tabler/icons-react';
import { Link } from '@tanstack/react-router';
import type { HealthLevel } from '../../bindings/types';
import classes from './LevelNews.module.css';
import { levelTexts as words } from './level.texts';

/** How well everything is, where all is not well; it leads to the screen of health. */
export function LevelNews({ health }: { health: HealthLevel }) {
  const { level, reasons } = health;
  if (level === 'normal') return null;
  const [first] = reasons;
  return (
    <Tooltip multiline maw={420} label={<LevelFacts health={health} />}>
      <Link to="/health" className={classes.level} data-level={level}>
        <IconAlertTriangle size={13} aria-hidden />
        <span>
          {words.status(words.words[level], first === undefined ? undefined : words.reasons[first])}
        </span>
      </Link>
    </Tooltip>
  );
}

/** What led to a level, and what is left off; nothing where nothing is. */
export function LevelFacts({ health: { reasons, off } }: { health: HealthLevel }) {
  if (reasons.length + off.length === 0) return null;
  const offTitle = reasons.length > 0 ? words.offTitle : words.busyTitle;
  return (
    <div className={classes.facts}>
      {reasons.length > 0 && (
        <List title={words.because} items={reasons.map((reason) => words.reasons[reason])} />
      )}
      {off.length > 0 && <List title={offTitle} items={off.map((what) => words.off[what])} />}
    </div>
  );
}

function List({ title, items }: { title: string; items: string[] }) {
  return (
    <div>
      <b>{title}</b>
      <ul>
        {items.map((item) => (
          <li key={item}>{item}</li>
        ))}
      </ul>
    </div>
  );
}

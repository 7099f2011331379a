import { Button, Skeleton } from '@mantine/core';
import { IconPlus } from '@tabler/icons-react';
import { useQuery } from '@tanstack/react-query';
import { Link, useNavigate } from '@tanstack/react-router';
import { texts } from '../../app/texts';
import type { Suite } from '../../bindings/types';
import { Chip } from '../../components/Chip';
import { Notice, Problem } from '../../components/Notice';
import { count, moment } from '../../lib/format';
import runs from '../run/runs.module.css';
import { askForSuite } from './acts';
import { suitesQuery } from './queries';
import { suiteTexts as words } from './texts';

/** Every suite of the workspace. */
export function SuitesScreen() {
  const suites = useQuery(suitesQuery);
  const navigate = useNavigate();
  const create = () => askForSuite((id) => navigate({ to: '/suites/$id', params: { id } }));
  const items = suites.data?.items;
  return (
    <section className={runs.screen} aria-labelledby="suites-title">
      <header className={runs.bar}>
        <h1 id="suites-title">{words.title}</h1>
        <span className="spacer" />
        {items !== undefined && items.length > 0 && (
          <Button leftSection={<IconPlus size={14} aria-hidden />} onClick={create}>
            {words.new}
          </Button>
        )}
      </header>
      {suites.isError && <Problem error={suites.error} onRetry={() => void suites.refetch()} />}
      {suites.isPending && <Skeleton height={240} />}
      {items?.length === 0 && (
        <Notice title={words.none.title} text={words.none.text}>
          <Button onClick={create}>{words.none.action}</Button>
        </Notice>
      )}
      {items !== undefined && items.length > 0 && <SuiteTable suites={items} />}
    </section>
  );
}

function SuiteTable({ suites }: { suites: readonly Suite[] }) {
  const { columns } = words;
  return (
    <div className={runs.tab} style={{ overflow: 'auto' }}>
      <table className={runs.table} aria-label={words.title}>
        <thead>
          <tr>
            <th scope="col">{columns.name}</th>
            <th scope="col" className={runs.figure}>
              {columns.prompts}
            </th>
            <th scope="col">{columns.models}</th>
            <th scope="col" className={runs.figure}>
              {columns.cases}
            </th>
            <th scope="col" className={runs.figure}>
              {columns.rules}
            </th>
            <th scope="col">{columns.last}</th>
            <th scope="col" className={runs.figure}>
              {columns.changed}
            </th>
          </tr>
        </thead>
        <tbody>
          {suites.map((suite) => (
            <Row key={suite.id} suite={suite} />
          ))}
        </tbody>
      </table>
    </div>
  );
}

function Row({ suite }: { suite: Suite }) {
  const navigate = useNavigate();
  const place = { to: '/suites/$id', params: { id: suite.id } } as const;
  const { prompts, models, cases = [], validations = [] } = suite.spec;
  // The whole row opens the suite by mouse; its link does so by keyboard, and in a new tab.
  const open = (event: React.MouseEvent) => {
    if ((event.target as Element).closest('a') === null) void navigate(place);
  };
  return (
    <tr onClick={open}>
      <td>
        <Link {...place} className={runs.name}>
          {suite.name}
        </Link>
        {suite.description !== '' && <div className={runs.quiet}>{suite.description}</div>}
      </td>
      <td className={runs.figure}>{count(prompts.length)}</td>
      <td className={runs.models}>{models.map(({ model }) => model).join(', ') || texts.none}</td>
      <td className={runs.figure}>{count(cases.length)}</td>
      <td className={runs.figure}>{count(validations.length)}</td>
      <td>
        {suite.lastRun === null ? (
          <span className={runs.quiet}>{texts.none}</span>
        ) : (
          <Link to="/runs/$id" params={{ id: suite.lastRun }} aria-label={words.openLastOf(suite.name)}>
            {words.openLast}
          </Link>
        )}{' '}
        {suite.baseline !== null && suite.baseline === suite.lastRun && (
          <Chip tone="accent">{words.baseline}</Chip>
        )}
      </td>
      <td className={runs.figure}>
        <time dateTime={suite.updatedAt}>{moment(suite.updatedAt)}</time>
      </td>
    </tr>
  );
}

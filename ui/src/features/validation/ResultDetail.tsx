import type { Detail } from './detail';
import classes from './results.module.css';
import { validationTexts } from './texts';
import { Result } from './ValidationResults';

const words = validationTexts.results;

/** What a rule found, each kind of it in its own way. */
export function ResultDetail({ detail }: { detail: Detail }) {
  const { groups, match, mismatches, reason, scores, parts, rest } = detail;
  return (
    <div className={classes.detail}>
      {reason !== null && <blockquote className={classes.reason}>{reason}</blockquote>}
      {match !== null && (
        <p>
          {words.match(match.start)}: <code>{match.text}</code>
        </p>
      )}
      <Table caption={words.groups} head={[words.group, words.text]} rows={groups} />
      <Table
        caption={words.mismatches}
        head={[words.path, words.expected]}
        rows={mismatches.map(({ path, message }) => [path === '' ? words.root : path, message])}
      />
      <Table caption={words.scores} head={[words.group, words.scores]} rows={scores} />
      {parts.length > 0 && (
        <ul className={classes.parts} aria-label={words.parts}>
          {parts.map((part) => (
            <li key={part.name}>
              <Result result={part} />
            </li>
          ))}
        </ul>
      )}
      {rest !== null && (
        <pre className={classes.rest} tabIndex={0} aria-label={words.rest}>
          {JSON.stringify(rest, null, 2)}
        </pre>
      )}
    </div>
  );
}

function Table(props: {
  readonly caption: string;
  readonly head: readonly [string, string];
  readonly rows: readonly (readonly [string, string])[];
}) {
  if (props.rows.length === 0) return null;
  return (
    <table className={classes.table}>
      <caption>{props.caption}</caption>
      <thead>
        <tr>
          {props.head.map((name) => (
            <th key={name} scope="col">
              {name}
            </th>
          ))}
        </tr>
      </thead>
      <tbody>
        {props.rows.map(([name, value], at) => (
          <tr key={at}>
            <th scope="row">
              <code>{name}</code>
            </th>
            <td>{value}</td>
          </tr>
        ))}
      </tbody>
    </table>
  );
}

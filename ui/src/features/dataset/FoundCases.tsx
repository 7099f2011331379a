import type { DatasetPreview } from '../../bindings/types';
import { Marked } from '../../components/Notice';
import { count } from '../../lib/format';
import { cellText } from './draft';
import classes from './dataset.module.css';
import { datasetTexts } from './texts';

const words = datasetTexts.wizard;

/** What a table says, what is wrong with it, and how it fits a prompt. */
export function FoundCases({ preview }: { preview: DatasetPreview }) {
  const { columns, rows, cases, format, problems, wrong, fit } = preview;
  return (
    <div className={classes.found} role="status" tabIndex={0}>
      <p>{words.found(count(cases), datasetTexts.formats[format])}</p>
      {problems.length > 0 && (
        <>
          <h3>{words.problems}</h3>
          <ul>
            {problems.map(({ line, column, message, hint }, at) => (
              <li key={at}>
                {line !== null && <b>{words.line(line, column)}: </b>}
                <Marked text={message} />. <Marked text={hint} />
              </li>
            ))}
            {wrong > problems.length && <li>{words.moreProblems(count(wrong - problems.length))}</li>}
          </ul>
          <p>{words.mend}</p>
        </>
      )}
      {fit !== null && (
        <>
          <Names title={words.missing} names={fit.missing} />
          <Names title={words.sensitive} names={fit.sensitive} />
          <Names title={words.unknown} names={fit.unknown} />
          <Names title={words.fits} names={fit.matched} />
          {fit.problems.length > 0 && (
            <>
              <h3>{words.wrongValues(count(fit.cases))}</h3>
              <ul>
                {fit.problems.map(({ position, message }, at) => (
                  <li key={at}>
                    <b>{words.case(position)}: </b>
                    <Marked text={message} />
                  </li>
                ))}
              </ul>
            </>
          )}
        </>
      )}
      <table className={classes.preview}>
        <thead>
          <tr>
            {columns.map(({ kind, name }) => (
              <th key={`${kind}:${name}`} scope="col">
                {name}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {rows.map((row) => (
            <tr key={row.position}>
              {columns.map((column) => (
                <td key={`${column.kind}:${column.name}`}>{cellText(row, column)}</td>
              ))}
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}

function Names({ title, names }: { title: string; names: string[] }) {
  if (names.length === 0) return null;
  return (
    <>
      <h3>{title}</h3>
      <p className="mono">{names.join(', ')}</p>
    </>
  );
}

import { useId } from 'react';
import { Marked } from '../../components/Notice';
import workspace from '../workspace/workspace.module.css';
import classes from './folder.module.css';

/** Files, or moments, each with a sentence. */
export function FileTable({ title, rows }: { title: string; rows: { path: string; text: string }[] }) {
  const id = useId();
  return (
    <section className={workspace.section} aria-labelledby={id}>
      <h2 id={id}>{title}</h2>
      <div className={`${workspace.tableBox ?? ''} ${classes.box ?? ''}`}>
        <table className={workspace.table}>
          <tbody>
            {rows.map(({ path, text }, at) => (
              <tr key={`${String(at)} ${path}`}>
                <th scope="row" className="mono">
                  {path}
                </th>
                <td>
                  <Marked text={text} />
                </td>
              </tr>
            ))}
          </tbody>
        </table>
      </div>
    </section>
  );
}

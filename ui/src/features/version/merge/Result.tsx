import type { Content } from '../../../bindings/types';
import classes from './Merge.module.css';
import { mergeTexts as texts } from './texts';

/** What a merge holds, as a whole. */
export function Result({ content }: { content: Content }) {
  const { body, ...rest } = content;
  const parts =
    body.kind === 'text'
      ? [{ role: texts.text, template: body.template }]
      : body.messages.map(({ role, template }) => ({ role, template }));
  return (
    <section className={classes.result} aria-label={texts.result} tabIndex={0}>
      <h3>{texts.result}</h3>
      {parts.map(({ role, template }, at) => (
        <div key={at}>
          <b>{role}</b>
          <pre>{template}</pre>
        </div>
      ))}
      <div>
        <b>{texts.settings}</b>
        <pre>{JSON.stringify(rest, null, 2)}</pre>
      </div>
    </section>
  );
}

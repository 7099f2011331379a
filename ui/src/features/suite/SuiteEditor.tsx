import type { ReactNode } from 'react';
import { ValidationsEditor } from '../content/ValidationsEditor';
import { ownerOf } from '../content/useJsonText';
import type { Work } from '../prompt/useWork';
import { CaseTable } from './CaseTable';
import type { SuiteDesk } from './keepers';
import { SuiteDatasets } from './SuiteDatasets';
import { SuiteModels } from './SuiteModels';
import { SuitePrompts } from './SuitePrompts';
import { SuiteTerms } from './SuiteTerms';
import { suiteTexts as words } from './texts';
import classes from './suite.module.css';

/** What a suite runs: prompts and models, cases, rules, and how. */
export function SuiteEditor({ desk, rules }: { desk: SuiteDesk; rules: Work }) {
  return (
    <div className={classes.editor}>
      <div className={classes.pair}>
        <Part title={words.prompts.title} text={words.prompts.text}>
          <SuitePrompts desk={desk} />
        </Part>
        <Part title={words.models.title} text={words.models.text}>
          <SuiteModels desk={desk} owner={ownerOf(rules)} />
        </Part>
      </div>
      <Part title={words.cases.title} text={words.cases.text}>
        <SuiteDatasets desk={desk} />
        <CaseTable desk={desk} />
      </Part>
      <Part title={words.rules.title} text={words.rules.text}>
        <ValidationsEditor work={rules} />
      </Part>
      <Part title={words.terms.title} text={words.terms.thresholds}>
        <SuiteTerms desk={desk} />
      </Part>
    </div>
  );
}

function Part({ title, text, children }: { title: string; text: string; children: ReactNode }) {
  return (
    <section className={classes.part} aria-label={title}>
      <h2>{title}</h2>
      <p className={classes.quiet}>{text}</p>
      {children}
    </section>
  );
}

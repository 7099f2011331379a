import { Button } from '@mantine/core';
import type { ReactNode } from 'react';
import { texts } from '../app/texts';
import { toApiError } from '../host';
import classes from './Notice.module.css';

/** What stands where nothing is yet: what it is for, and the next step. */
export function Notice({ title, text, children }: { title: string; text: string; children?: ReactNode }) {
  return (
    <div className={classes.notice}>
      <h2>{title}</h2>
      <p>
        <Marked text={text} />
      </p>
      {children}
    </div>
  );
}

/** An error in place of what could not be read: what happened, what to do, and another try. */
export function Problem({ error, onRetry }: { error: unknown; onRetry?: () => void }) {
  const { message, hint } = toApiError(error);
  return (
    <Trouble message={message} hint={hint}>
      {onRetry !== undefined && (
        <Button variant="default" onClick={onRetry}>
          {texts.actions.tryAgain}
        </Button>
      )}
    </Trouble>
  );
}

/** Something that is wrong: what it is, and what to do. */
export function Trouble(props: { message: string; hint: string | undefined; children?: ReactNode }) {
  const { message, hint, children } = props;
  return (
    <div className={classes.problem} role="alert">
      <b>
        <Marked text={message} />
      </b>
      {hint !== undefined && hint !== '' && (
        <p>
          <Marked text={hint} />
        </p>
      )}
      {children}
    </div>
  );
}

/** A sentence, begun with a capital, whose values between backticks are set as code. */
export function Marked({ text }: { text: string }) {
  const sentence = text.charAt(0).toUpperCase() + text.slice(1);
  return sentence.split('`').map((part, at) => (at % 2 === 1 ? <code key={at}>{part}</code> : part));
}

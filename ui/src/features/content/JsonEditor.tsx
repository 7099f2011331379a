import { Button } from '@mantine/core';
import { IconAlertCircle } from '@tabler/icons-react';
import { useMemo, useRef } from 'react';
import { Marked } from '../../components/Notice';
import { CodeEditor } from './CodeEditor';
import classes from './JsonEditor.module.css';
import { contentTexts as texts } from './texts';
import type { JsonText } from './useJsonText';
import { useArrival } from './wanted';

/** An editor of a JSON value that says where a text is none. */
export function JsonEditor(props: {
  readonly json: JsonText;
  readonly ariaLabel: string;
  readonly minHeight?: number;
  readonly maxHeight?: number;
  readonly placeholder?: string;
  readonly isInvalid?: boolean;
}) {
  const { owner, name, parsed, text, setText, discard } = props.json;
  const element = useRef<HTMLDivElement>(null);
  useArrival(owner, name, element);
  const diagnostics = useMemo(
    () =>
      parsed.ok
        ? []
        : [{ severity: 'error' as const, message: parsed.message, line: parsed.line, column: parsed.column }],
    [parsed],
  );
  return (
    <div ref={element}>
      <CodeEditor
        framed
        language="json"
        ariaLabel={props.ariaLabel}
        value={text}
        onChange={setText}
        diagnostics={diagnostics}
        minHeight={props.minHeight ?? 80}
        maxHeight={props.maxHeight ?? 320}
        placeholder={props.placeholder ?? ''}
        isInvalid={!parsed.ok || (props.isInvalid ?? false)}
      />
      {!parsed.ok && (
        <div className={classes.problem}>
          <IconAlertCircle size={14} aria-hidden />
          <span role="status">
            <Marked text={`${parsed.message}. ${texts.json.notUsed}.`} />
          </span>
          <Button variant="subtle" color="gray" size="compact-xs" onClick={discard}>
            {texts.json.discard}
          </Button>
        </div>
      )}
    </div>
  );
}

import { Button, Group, Modal, SegmentedControl, Stack, Textarea } from '@mantine/core';
import { useMutation, useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { texts } from '../../app/texts';
import type { InferredSchema } from '../../bindings/types';
import { CopyIcon } from '../../components/CopyIcon';
import { Marked, Problem } from '../../components/Notice';
import { api } from '../../host';
import { count } from '../../lib/format';
import { validationTexts } from './texts';
import classes from './validation.module.css';

const words = validationTexts.schemaTools;

interface Props {
  /** The prompt whose newest answers can be examples; `null` where there is none. */
  readonly promptId: string | null;
  readonly schema: unknown;
  readonly onSchema: (schema: Record<string, unknown>) => void;
}

/** Makes a schema from examples, and shows one as types. */
export function SchemaTools({ promptId, schema, onSchema }: Props) {
  const [opened, setOpened] = useState<'infer' | 'types' | null>(null);
  const close = () => setOpened(null);
  return (
    <Group gap="xs">
      <Button variant="default" size="compact-sm" onClick={() => setOpened('infer')}>
        {words.infer}
      </Button>
      <Button variant="default" size="compact-sm" onClick={() => setOpened('types')}>
        {words.types}
      </Button>
      {opened === 'infer' && <Infer promptId={promptId} onClose={close} onSchema={onSchema} />}
      {opened === 'types' && <Types schema={schema} onClose={close} />}
    </Group>
  );
}

function Infer(props: { onClose: () => void } & Pick<Props, 'promptId' | 'onSchema'>) {
  const { promptId, onClose, onSchema } = props;
  const [from, setFrom] = useState<'answers' | 'pasted'>(promptId === null ? 'pasted' : 'answers');
  const [pasted, setPasted] = useState('');
  const infer = useMutation({
    mutationFn: () =>
      api.schemaInfer(from === 'answers' ? { prompt: promptId } : { texts: examplesOf(pasted) }),
  });
  const found = infer.data;
  return (
    <Modal opened onClose={onClose} size="lg" title={words.inferTitle}>
      <Stack>
        {promptId !== null && (
          <SegmentedControl
            aria-label={words.from}
            value={from}
            onChange={(value) => {
              setFrom(value);
              infer.reset();
            }}
            data={[
              { value: 'answers', label: words.answers },
              { value: 'pasted', label: words.pasted },
            ]}
          />
        )}
        {from === 'pasted' && (
          <Textarea
            data-autofocus
            label={words.examples}
            description={words.examplesHint}
            autosize
            minRows={4}
            maxRows={12}
            spellCheck={false}
            value={pasted}
            onChange={(event) => {
              setPasted(event.currentTarget.value);
              infer.reset();
            }}
          />
        )}
        {infer.isError && <Problem error={infer.error} />}
        {found !== undefined && <Found found={found} />}
        <Group justify="flex-end">
          <Button variant="default" onClick={onClose}>
            {texts.actions.cancel}
          </Button>
          {found === undefined ? (
            <Button
              loading={infer.isPending}
              disabled={from === 'pasted' && pasted.trim() === ''}
              onClick={() => infer.mutate()}
            >
              {words.make}
            </Button>
          ) : (
            <Button
              onClick={() => {
                onSchema(found.schema as Record<string, unknown>);
                onClose();
              }}
            >
              {words.take}
            </Button>
          )}
        </Group>
      </Stack>
    </Modal>
  );
}

/** Examples as they are pasted: one JSON value, or one a line. */
function examplesOf(text: string): string[] {
  try {
    JSON.parse(text);
    return [text];
  } catch {
    const lines = text.split('\n').filter((line) => line.trim() !== '');
    const isOnePerLine = lines.length > 1 && lines.every((line) => isJson(line));
    return isOnePerLine ? lines : [text];
  }
}

function isJson(text: string): boolean {
  try {
    JSON.parse(text);
    return true;
  } catch {
    return false;
  }
}

function Found({ found: { schema, examples, others, without } }: { found: InferredSchema }) {
  return (
    <div role="status">
      <p className={classes.about}>{words.found(examples, count(examples))}</p>
      {others > 0 && (
        <p className={classes.about}>
          {words.others(others, count(others))} <Marked text={without[0] ?? ''} />
        </p>
      )}
      <pre className={classes.result} tabIndex={0} aria-label={words.schema}>
        {JSON.stringify(schema, null, 2)}
      </pre>
    </div>
  );
}

const LANGUAGES = ['typescript', 'rust'] as const;

function Types({ schema, onClose }: { schema: unknown; onClose: () => void }) {
  const [language, setLanguage] = useState<(typeof LANGUAGES)[number]>('typescript');
  const types = useQuery({
    queryKey: ['schema-types', schema],
    queryFn: () => api.schemaTypes({ schema }),
    gcTime: 0,
  });
  const text = types.data?.[language] ?? '';
  return (
    <Modal opened onClose={onClose} size="lg" title={words.typesTitle}>
      <Stack>
        <Group justify="space-between">
          <SegmentedControl
            aria-label={words.language}
            value={language}
            onChange={setLanguage}
            data={LANGUAGES.map((value) => ({ value, label: words.languages[value] }))}
          />
          <CopyIcon value={text} label={words.copy(words.languages[language])} />
        </Group>
        {types.isError && <Problem error={types.error} onRetry={() => void types.refetch()} />}
        <pre className={classes.result} tabIndex={0} aria-label={words.languages[language]}>
          {text}
        </pre>
      </Stack>
    </Modal>
  );
}

import { Anchor, Button, Group, Modal, Stack } from '@mantine/core';
import { memo, useEffect, useEffectEvent, useMemo, useState } from 'react';
import ReactMarkdown, { type Components } from 'react-markdown';
import rehypeSanitize, { defaultSchema } from 'rehype-sanitize';
import remarkGfm from 'remark-gfm';
import { texts } from '../app/texts';
import { host } from '../host';
import { notifyError } from '../lib/notify';
import { splitBlocks } from './blocks';
import classes from './ModelText.module.css';
import end from './StreamingEnd.module.css';

/** Longer texts are shown as they are, unless the reader asks for Markdown. */
export const MOST_MARKDOWN = 256 * 1024;
/** How often Markdown is parsed again while it streams in, in milliseconds. */
const PARSE_EVERY_MS = 100;
/** A block of so many characters may take a millisecond more, as all of it is parsed again. */
const CHARACTERS_PER_MS = 40;
/** The most that what is shown may be behind, in milliseconds. */
const MOST_BEHIND_MS = 1000;
/** How exactly the length of a block is looked at. */
const STEP = 4096;

const schema: typeof defaultSchema = {
  ...defaultSchema,
  tagNames: (defaultSchema.tagNames ?? []).filter(
    (name) => name !== 'img' && name !== 'picture' && name !== 'source',
  ),
  attributes: { ...defaultSchema.attributes, '*': [], a: ['href'], code: [['className', /^language-./]] },
  protocols: { href: ['http', 'https', 'mailto'] },
};

/** A link of a model: it is opened outside, after its whole address was shown. */
function Link({ href, children }: { href?: string | undefined; children?: React.ReactNode }) {
  const [asking, setAsking] = useState(false);
  if (href === undefined || !/^(https?|mailto):/.test(href)) return <span>{children}</span>;
  const open = () => {
    setAsking(false);
    host.openExternal(href).catch(notifyError);
  };
  return (
    <>
      <Anchor component="button" type="button" inherit title={href} onClick={() => setAsking(true)}>
        {children}
      </Anchor>
      <Modal opened={asking} onClose={() => setAsking(false)} title={texts.link.title}>
        <Stack>
          <code className={classes.address}>{href}</code>
          <Group justify="flex-end">
            <Button variant="default" onClick={() => setAsking(false)}>
              {texts.actions.cancel}
            </Button>
            <Button onClick={open}>{texts.link.open}</Button>
          </Group>
        </Stack>
      </Modal>
    </>
  );
}

const components: Components = {
  a: ({ href, children }) => <Link href={href}>{children}</Link>,
  img: ({ alt }) => <span>{alt}</span>,
};

const Block = memo(function Block({ text }: { text: string }) {
  return (
    <ReactMarkdown
      remarkPlugins={[remarkGfm]}
      rehypePlugins={[[rehypeSanitize, schema]]}
      components={components}
      urlTransform={(url) => url}
    >
      {text}
    </ReactMarkdown>
  );
});

/** The text as it was at most some milliseconds ago. */
function useThrottled(text: string, everyMs: number): string {
  const [shown, setShown] = useState(text);
  const show = useEffectEvent(() => setShown(text));
  const isBehind = text !== shown;
  useEffect(() => {
    if (!isBehind) return;
    const timer = setTimeout(() => show(), everyMs);
    return () => clearTimeout(timer);
  }, [shown, isBehind, everyMs]);
  return shown;
}

/** Markdown that a model wrote, sanitised: no images, no styles, no scripts, no way out but a click. */
export function ModelText({ text, isSettled }: { text: string; isSettled: boolean }) {
  const [last, setLast] = useState(0);
  const everyMs = Math.min(Math.max(PARSE_EVERY_MS, last / CHARACTERS_PER_MS), MOST_BEHIND_MS);
  const throttled = useThrottled(text, everyMs);
  const shown = isSettled ? text : throttled;
  const blocks = useMemo(() => splitBlocks(shown), [shown]);
  const length = Math.round((blocks.at(-1)?.length ?? 0) / STEP) * STEP;
  if (length !== last) setLast(length);
  return (
    <div className={isSettled ? classes.text : `${classes.text ?? ''} ${end.blocks ?? ''}`}>
      {blocks.map((block, at) => (
        <Block key={at} text={block} />
      ))}
    </div>
  );
}

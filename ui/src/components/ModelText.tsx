import { shallowEqual } from '@mantine/hooks';
import { Component, memo, type ReactNode, useRef, useState } from 'react';
import ReactMarkdown, { type Components } from 'react-markdown';
import rehypeSanitize, { defaultSchema } from 'rehype-sanitize';
import remarkGfm from 'remark-gfm';
import { type Near, useFar, useNear } from '../lib/useNear';
import { useThrottled } from '../lib/useThrottled';
import { type Block as BlockOf, type Split, splitGrown } from './blocks';
import { componentTexts } from './components.texts';
import { isTooDeep } from './depth';
import { LinkTarget } from './LinkTarget';
import { ModelLink } from './ModelLink';
import { showHtml } from './showHtml';
import classes from './ModelText.module.css';
import end from './StreamingEnd.module.css';

/** Longer texts are shown as they are, unless the reader asks for Markdown. */
export const MOST_MARKDOWN = 256 * 1024;
/** How often Markdown is parsed again while it streams in, in milliseconds. */
const PARSE_EVERY_MS = 100;
/** A last block of so many characters may take a millisecond more, as all of it is parsed again. */
const CHARACTERS_PER_MS = 16;
/** So many blocks come into the page and go together: to watch each for itself costs more than to draw some too many. */
const STRETCH = 8;
/** So many blocks are all in the page; of more, those near to what is looked at. */
const MOST_SHOWN = 40;
/** So many are there at once where a long text is opened. */
const FIRST_SHOWN = 20;
/** A guess at the height of a block that was not shown yet, in pixels for a character. */
const HEIGHT_PER_CHARACTER = 0.4;
/** How exactly the length of the last block is looked at. */
const STEP = 1024;

const words = componentTexts.text;

/** What Markdown is made of, and nothing else: no element that loads, runs, moves or names anything. */
const schema: typeof defaultSchema = {
  ...defaultSchema,
  tagNames: [
    ...['h1', 'h2', 'h3', 'h4', 'h5', 'h6', 'p', 'br', 'hr', 'blockquote', 'ul', 'ol', 'li', 'section'],
    ...['pre', 'code', 'em', 'strong', 'del', 'sup', 'a', 'input'],
    ...['table', 'thead', 'tbody', 'tr', 'th', 'td'],
  ],
  attributes: {
    a: ['href'],
    code: [['className', /^language-./]],
    input: ['checked'],
    ol: ['start'],
    td: ['align'],
    th: ['align'],
  },
  protocols: { href: ['http', 'https', 'mailto'] },
};

const components: Components = {
  a: ({ href, children }) => <ModelLink href={href}>{children}</ModelLink>,
  input: ({ checked }) => (
    <span role="img" aria-label={checked === true ? words.done : words.open}>
      {checked === true ? '☑' : '☐'}
    </span>
  ),
};

/** A block that goes on from the one before is shown as a part of it. */
const continued: Components = {
  ...components,
  pre: ({ children }) => <pre data-continued>{children}</pre>,
  table: ({ children }) => <table data-continued>{children}</table>,
};

/** A text that no parser is given, or none could take, as it is. */
function AsIs({ text }: { text: string }) {
  return (
    <div className={classes.asIs}>
      <small>{words.asIs}</small>
      <pre>{text}</pre>
    </div>
  );
}

/** Shows a block as it is where it cannot be shown otherwise: what one block does never costs the page. */
class Guarded extends Component<{ text: string; children: ReactNode }, { failed: boolean }> {
  override state = { failed: false };

  static getDerivedStateFromError() {
    return { failed: true };
  }

  override componentDidUpdate(before: { text: string }) {
    // A block that has grown is given another try.
    if (this.state.failed && before.text !== this.props.text) this.setState({ failed: false });
  }

  override render() {
    return this.state.failed ? <AsIs text={this.props.text} /> : this.props.children;
  }
}

const Block = memo(function Block({ text, lead }: BlockOf) {
  if (isTooDeep(text)) return <AsIs text={text} />;
  return (
    <Guarded text={text}>
      <ReactMarkdown
        remarkPlugins={[remarkGfm, showHtml]}
        rehypePlugins={[[rehypeSanitize, schema]]}
        components={lead === '' ? components : continued}
        urlTransform={(url) => url}
      >
        {lead + text}
      </ReactMarkdown>
    </Guarded>
  );
});

interface StretchProps {
  readonly blocks: readonly BlockOf[];
  readonly near: Near;
  /** Whether it is there at first. */
  readonly isThere: boolean;
  readonly mayGo: boolean;
  /** Whether the block behind it is a part of its last one. */
  readonly goesOn: boolean;
}

/** Some blocks at their place. Those of a long text are in the page only while they are near to what is looked at. */
const Stretch = memo(function Stretch({ blocks, near, isThere, mayGo, goesOn }: StretchProps) {
  const guess = blocks.reduce((sum, { text }) => sum + text.length * HEIGHT_PER_CHARACTER, 0);
  const { element, isNear, style } = useFar(near, mayGo, isThere, guess);
  return (
    <div ref={element} style={style}>
      {isNear &&
        blocks.map(({ text, lead }, at) => (
          <div
            key={at}
            data-goes-on={isContinued(blocks[at + 1]) || (at === blocks.length - 1 && goesOn) || undefined}
          >
            <Block text={text} lead={lead} />
          </div>
        ))}
    </div>
  );
}, isSameStretch);

function isSameStretch(before: StretchProps, after: StretchProps): boolean {
  const [{ blocks: old, ...one }, { blocks: now, ...other }] = [before, after];
  const isSameBlock = (block: BlockOf, at: number) =>
    block.text === old[at]?.text && block.lead === old[at].lead;
  return shallowEqual(one, other) && old.length === now.length && now.every(isSameBlock);
}

const isContinued = (block: BlockOf | undefined) => block !== undefined && block.lead !== '';

/** All blocks of a text. Those that stay as they are cost nothing when more arrives. */
const Blocks = memo(function Blocks({ blocks, near }: { blocks: readonly BlockOf[]; near: Near }) {
  const isLong = blocks.length > MOST_SHOWN;
  return Array.from({ length: Math.ceil(blocks.length / STRETCH) }, (_, at) => {
    const [from, to] = [at * STRETCH, (at + 1) * STRETCH];
    const isEnd = to >= blocks.length - 1;
    return (
      <Stretch
        key={at}
        blocks={blocks.slice(from, to)}
        near={near}
        isThere={isEnd || from < FIRST_SHOWN}
        mayGo={isLong && !isEnd}
        goesOn={isContinued(blocks[to])}
      />
    );
  });
});

/** What has arrived of a text, put together only when it is asked for; another object once there is more. */
interface Source {
  readonly text: string;
}

/** Markdown that a model wrote, sanitised: no images, no styles, no scripts, no way out but a click. */
export function ModelText({ source, isSettled }: { source: Source; isSettled: boolean }) {
  const [[read, split], setRead] = useState<[Source, Split]>(() => [source, splitGrown(null, source.text)]);
  const last = split.blocks.at(-1)?.text.length ?? 0;
  const everyMs = Math.max(PARSE_EVERY_MS, (Math.floor(last / STEP) * STEP) / CHARACTERS_PER_MS);
  const throttled = useThrottled(source, everyMs);
  const shown = isSettled ? source : throttled;
  if (shown !== read) setRead([shown, splitGrown(split, shown.text)]);
  const root = useRef<HTMLDivElement>(null);
  const near = useNear(root);
  return (
    <LinkTarget
      ref={root}
      className={isSettled ? (classes.text ?? '') : `${classes.text ?? ''} ${end.blocksWithin ?? ''}`}
    >
      <Blocks blocks={split.blocks} near={near} />
    </LinkTarget>
  );
}

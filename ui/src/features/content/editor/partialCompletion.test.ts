import { CompletionContext } from '@codemirror/autocomplete';
import { EditorState, type TransactionSpec } from '@codemirror/state';
import type { EditorView } from '@codemirror/view';
import { describe, expect, it } from 'vitest';
import type { PartialChoice } from '../../../bindings/types';
import { thingAt } from './at';
import { completions } from './completion';
import { partialCompletions } from './partialCompletion';
import { surroundings } from './state';
import { tagsOf } from './syntax';

const tone: PartialChoice = {
  id: 'prm_1',
  name: 'shared/tone',
  title: 'Tone',
  description: 'How we speak',
  labels: ['production'],
};
const called = {
  name: 'shared/tone@production',
  promptId: 'prm_1',
  promptName: 'shared/tone',
  versionId: 'ver_1',
  versionNumber: 3,
  title: 'Tone',
  description: 'How we speak',
  text: 'Be kind.',
};

function stateOf(text: string) {
  const pos = text.indexOf('‸');
  const asked: string[] = [];
  const around = surroundings.of({
    know: () => ({ variables: [], inputs: { style: 'kind' }, partials: [called] }),
    hasRoles: () => true,
    goToInput: () => undefined,
    renameProblem: () => null,
    rename: () => undefined,
    renameBack: () => undefined,
    declare: () => undefined,
    partials: (search) => {
      asked.push(search);
      return Promise.resolve([tone]);
    },
    openPrompt: () => undefined,
  });
  const state = EditorState.create({ doc: text.replace('‸', ''), extensions: [around] });
  return { state, pos, asked, context: new CompletionContext(state, pos, false) };
}

/** A view without a screen. */
class Standing {
  constructor(public state: EditorState) {}

  dispatch(change: TransactionSpec): void {
    this.state = this.state.update(change).state;
  }
}

describe('where the name of a partial stands', () => {
  it.each([
    ['{{> ‸', ''],
    ['{{>sh‸', 'sh'],
    ['{{~#> shared/t‸}}', 'shared/t'],
    ['{{> "shared/tone@pro‸', 'shared/tone'],
  ])('%s prompts are offered by name and by label, and no inputs', async (text, search) => {
    const { context, asked } = stateOf(text);
    expect(completions(context)).toBeNull();
    const labels = (await partialCompletions(context))?.options.map(({ label }) => label);
    expect(labels).toEqual(['shared/tone', 'shared/tone@production']);
    expect(asked).toEqual([search]);
  });

  it.each(['{{sh‸', '{{> shared/tone st‸', '\\{{> sh‸', 'sh‸'])('and nowhere else: %s', async (text) => {
    expect(await partialCompletions(stateOf(text).context)).toBeNull();
  });

  it('inputs are offered for what is given to it', () => {
    const offered = completions(stateOf('{{> shared/tone st‸').context);
    expect(offered?.options.map(({ label }) => label)).toContain('style');
  });

  it.each([
    ['{{> sh‸', 0, '{{> shared/tone}}‸'],
    ['{{> sh‸}} x', 0, '{{> shared/tone}}‸ x'],
    ['{{> sh‸', 1, '{{> "shared/tone@production"}}‸'],
    ['{{> "sh‸"}}', 1, '{{> "shared/tone@production"}}‸'],
    ['{{> "sh‸}}', 0, '{{> "shared/tone"}}‸'],
  ])('%s is finished, in quotes where it needs them', async (text, at, expected) => {
    const { state, context, pos } = stateOf(text);
    const found = await partialCompletions(context);
    const option = found?.options[at];
    const view = new Standing(state);
    if (typeof option?.apply !== 'function') throw new Error('it puts itself in');
    option.apply(view as unknown as EditorView, option, found?.from ?? 0, pos);
    const { head } = view.state.selection.main;
    const after = view.state.doc.toString();
    expect(`${after.slice(0, head)}‸${after.slice(head)}`).toBe(expected);
  });
});

it('a call of a partial is a tag with its name, and what is given to it is read like any values', () => {
  const text = '{{> "shared/tone@v3" user style=x}}{{#> a/b}}{{/a/b}}{{> (lookup . "x")}}{{> }}';
  const tags = tagsOf(text);
  expect(tags.map(({ kind, partial }) => [kind, partial?.name])).toEqual([
    ['value', 'shared/tone@v3'],
    ['open', 'a/b'],
    ['close', undefined],
    ['value', undefined],
    ['broken', undefined],
  ]);
  expect(tags[0]?.call?.args.length).toBe(1);
  expect(tags[0]?.call?.named.map(({ name }) => name)).toEqual(['style']);
});

it('what is told of a partial is the version that is called', () => {
  const { state } = stateOf('{{> "shared/tone@production"}}{{> other}}');
  expect(thingAt(state, 8)).toMatchObject({ kind: 'partial', partial: called });
  expect(thingAt(state, 38)).toBeNull();
});

import {
  closeSearchPanel,
  findNext,
  findPrevious,
  getSearchQuery,
  replaceAll,
  replaceNext,
  search,
  SearchQuery,
  selectMatches,
  setSearchQuery,
} from '@codemirror/search';
import { type EditorView, type Panel, runScopeHandlers, type ViewUpdate } from '@codemirror/view';
import { matchesOf } from './finding';
import { editorTexts } from './texts';

const texts = editorTexts.find;

/** Finds and replaces, in a panel over the text that says how many matches there are. */
export const finding = search({ top: true, createPanel: (view) => new FindPanel(view) });

class FindPanel implements Panel {
  readonly dom = element('div', { className: 'cm-find' });
  readonly top = true;
  readonly #find = field(texts.find);
  readonly #replace = field(texts.replace);
  readonly #count = element('span', { className: 'cm-find-count', role: 'status' });
  readonly #matchCase = button(texts.case, texts.matchCase, () => this.#turn(this.#matchCase));
  readonly #wholeWord = button(texts.words, texts.wholeWords, () => this.#turn(this.#wholeWord));
  readonly #regexp = button(texts.regexp, texts.regexp, () => this.#turn(this.#regexp));
  #query: SearchQuery;

  constructor(private readonly view: EditorView) {
    this.#query = getSearchQuery(view.state);
    // The editor looks for it, to give it the focus.
    this.#find.setAttribute('main-field', 'true');
    this.dom.append(
      line(
        this.#find,
        this.#count,
        button('↑', texts.previous, () => findPrevious(view)),
        button('↓', texts.next, () => findNext(view)),
        button('×', texts.close, () => closeSearchPanel(view)),
      ),
    );
    if (!view.state.readOnly) {
      this.dom.append(
        line(
          this.#replace,
          button(texts.replace, texts.replace, () => replaceNext(view)),
          button(texts.replaceAll, texts.replaceAll, () => replaceAll(view)),
        ),
      );
    }
    const all = button(texts.all, texts.allMeaning, () => selectMatches(view));
    this.dom.append(line(this.#matchCase, this.#wholeWord, this.#regexp, gap(), all));
    this.dom.addEventListener('input', () => this.#commit());
    this.dom.addEventListener('keydown', (event) => this.#press(event));
    this.#show();
  }

  mount(): void {
    this.#find.select();
  }

  update({ state, docChanged, selectionSet }: ViewUpdate): void {
    const query = getSearchQuery(state);
    if (query.eq(this.#query) && !docChanged && !selectionSet) return;
    this.#query = query;
    this.#show();
  }

  #turn(toggle: HTMLElement): void {
    toggle.ariaPressed = String(toggle.ariaPressed !== 'true');
    this.#commit();
  }

  #commit(): void {
    const query = new SearchQuery({
      search: this.#find.value,
      replace: this.#replace.value,
      caseSensitive: this.#matchCase.ariaPressed === 'true',
      wholeWord: this.#wholeWord.ariaPressed === 'true',
      regexp: this.#regexp.ariaPressed === 'true',
    });
    if (!query.eq(this.#query)) this.view.dispatch({ effects: setSearchQuery.of(query) });
  }

  #press(event: KeyboardEvent): void {
    const isHere = runScopeHandlers(this.view, event, 'search-panel');
    if (isHere) event.preventDefault();
    if (isHere || event.key !== 'Enter') return;
    if (event.target === this.#find) (event.shiftKey ? findPrevious : findNext)(this.view);
    else if (event.target === this.#replace) replaceNext(this.view);
    else return;
    event.preventDefault();
  }

  #show(): void {
    const { search, replace, caseSensitive, wholeWord, regexp, valid } = this.#query;
    if (this.#find.value !== search) this.#find.value = search;
    if (this.#replace.value !== replace) this.#replace.value = replace;
    this.#matchCase.ariaPressed = String(caseSensitive);
    this.#wholeWord.ariaPressed = String(wholeWord);
    this.#regexp.ariaPressed = String(regexp);
    this.#find.ariaInvalid = String(search !== '' && !valid);
    this.#count.textContent =
      search === '' ? '' : valid ? texts.count(matchesOf(this.#query, this.view.state)) : texts.noPattern;
  }
}

function element<Tag extends keyof HTMLElementTagNameMap>(
  tag: Tag,
  properties: Partial<HTMLElementTagNameMap[Tag]>,
): HTMLElementTagNameMap[Tag] {
  return Object.assign(document.createElement(tag), properties);
}

function line(...parts: HTMLElement[]): HTMLElement {
  const row = element('div', { className: 'cm-find-line' });
  row.append(...parts);
  return row;
}

function gap(): HTMLElement {
  return element('span', { className: 'spacer' });
}

function field(label: string): HTMLInputElement {
  return element('input', {
    className: 'cm-textfield',
    placeholder: label,
    ariaLabel: label,
    spellcheck: false,
    autocomplete: 'off',
  });
}

function button(text: string, label: string, onclick: () => void): HTMLButtonElement {
  const title = text === label ? '' : label;
  return element('button', { type: 'button', textContent: text, title, ariaLabel: label, onclick });
}

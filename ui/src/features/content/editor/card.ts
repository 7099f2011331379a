import type { CalledPartial, PartialChoice } from '../../../bindings/types';
import { shortVersion } from '../../../lib/format';
import { helperOfName, locals } from './helpers';
import { descriptionOf, type Field, typeOf } from './knowledge';
import { marked } from './marked';
import { editorTexts as texts } from './texts';

/** The most characters of a value that are shown. */
const MOST_SHOWN = 400;

type Row = readonly [label: string, text: string];

/** What a helper does, with an example. */
export function helperCard(name: string): HTMLElement | null {
  if (name === 'else') return card(name, texts.helper, texts.otherwise, []);
  const helper = helperOfName(name);
  if (helper === undefined) return null;
  const detail = helper.form === 'block' ? texts.block : texts.helper;
  return card(name, detail, helper.does, [[texts.example, helper.example]]);
}

/** What a partial is: the version that is called, what it is for, and the beginning of its text. */
export function partialCard({
  name,
  title,
  description,
  text,
  versionId,
  versionNumber,
}: CalledPartial): HTMLElement {
  const version = versionNumber == null ? shortVersion(versionId) : `v${String(versionNumber)}`;
  const words = [title, description].filter((part) => part !== '').join('. ');
  const shown = text.length > MOST_SHOWN ? `${text.slice(0, MOST_SHOWN)}…` : text;
  return card(name, version, words, [[texts.text, shown]], texts.howPartial);
}

/** What a partial would be, before it is called. */
export function choiceCard({ name, title, description }: PartialChoice): HTMLElement {
  return card(title === '' ? name : title, texts.partial, description, []);
}

/** What a word such as `@index` stands for. */
export function localCard(name: string): HTMLElement | null {
  const does = locals[name];
  return does === undefined ? null : card(name, '', does, []);
}

/** What a variable or a field is: type, what it is for, its value now, and where it is declared. */
export function valueCard(field: Field, isRequired: boolean, isVariable: boolean): HTMLElement {
  const { name, shape } = field;
  const detail = [
    typeOf(shape),
    shape.variable === null && !isRequired ? null : isRequired ? texts.required : texts.optional,
    shape.isSensitive ? texts.sensitive : null,
  ];
  return card(
    name,
    detail.filter((word) => word !== null).join(', '),
    descriptionOf(shape),
    [[texts.value, valueText(field)]],
    isVariable ? `${whereDeclared(field)}. ${texts.how}` : whereDeclared(field),
  );
}

function valueText({ shape: { value, isSensitive } }: Field): string {
  if (isSensitive) return texts.hidden;
  if (value === undefined || value === null || value === '') return texts.noValue;
  const text = typeof value === 'string' ? value.slice(0, MOST_SHOWN + 1) : JSON.stringify(value, null, 1);
  return text.length > MOST_SHOWN ? `${text.slice(0, MOST_SHOWN)}…` : text;
}

function whereDeclared({ name, shape }: Field): string {
  if (shape.variable !== null) return texts.declared(name);
  const owner = shape.of;
  if (owner === null || owner === name) return texts.undeclared;
  return shape.schema === null ? texts.ofValue(owner) : texts.ofSchema(owner);
}

function card(name: string, detail: string, words: string, rows: readonly Row[], foot = ''): HTMLElement {
  const element = part('div', 'cm-card');
  const head = part('div', 'cm-card-head');
  head.append(part('b', '', name), part('span', '', detail));
  element.append(head);
  if (words !== '') element.append(marked('p', '', words));
  for (const [label, text] of rows) element.append(part('small', '', label), part('pre', '', text));
  if (foot !== '') element.append(marked('small', '', foot));
  return element;
}

function part(tag: string, className: string, text = ''): HTMLElement {
  return Object.assign(document.createElement(tag), { className, textContent: text });
}

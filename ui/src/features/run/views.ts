/** How an answer is shown. */
export type View = 'markdown' | 'raw' | 'json';

/** All of them, in the order they are offered in. */
export const VIEWS: readonly View[] = ['markdown', 'raw', 'json'];

/** How answers are shown: all alike, but for the models that the reader looks at in another way. */
export interface Views {
  readonly all: View;
  readonly own: Readonly<Record<string, View>>;
}

/** How they are shown at first. */
export const FIRST_VIEWS: Views = { all: 'markdown', own: {} };

/** How the answer of a model is shown. */
export function viewOf({ all, own }: Views, model: string): View {
  return Object.hasOwn(own, model) ? (own[model] ?? all) : all;
}

/** The view of all these models, where they have the same. */
export function commonView(views: Views, models: readonly string[]): View | null {
  const [first, ...others] = models.map((model) => viewOf(views, model));
  return first !== undefined && others.every((view) => view === first) ? first : null;
}

/** The views with that of one model changed. */
export function withView({ all, own }: Views, model: string, view: View): Views {
  return { all, own: { ...own, [model]: view } };
}

/** The views that were remembered, as far as they are some. */
export function toViews(value: unknown): Views {
  if (typeof value !== 'object' || value === null) return FIRST_VIEWS;
  const { all, own } = value as Record<string, unknown>;
  const entries = typeof own === 'object' && own !== null ? Object.entries(own) : [];
  return {
    all: isView(all) ? all : FIRST_VIEWS.all,
    own: Object.fromEntries(entries.filter((entry): entry is [string, View] => isView(entry[1]))),
  };
}

function isView(value: unknown): value is View {
  return VIEWS.includes(value as View);
}

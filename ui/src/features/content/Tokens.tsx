import type { RenderedContent } from '../../bindings/types';
import { count } from '../../lib/format';
import { replaced } from './body';
import { type Checked, useIsOld, useRendered } from './checked';
import { contentTexts as texts } from './texts';

/** The tokens of the template at a place, for the first of the models. It alone is drawn again as they change. */
export function Tokens({ checked, at }: { readonly checked: Checked; readonly at: number }) {
  const tokens = useRendered(checked, tokensOf)?.[at];
  const isOld = useIsOld(checked);
  if (tokens === undefined) return null;
  return (
    <span className="num" data-old={isOld || undefined}>
      {tokens}
    </span>
  );
}

/** The tokens of each template. */
function tokensOf({ estimates, messages }: RenderedContent): string[] {
  const [estimate] = estimates;
  if (estimate === undefined) return [];
  let sums: number[] = [];
  messages.forEach(({ template }, index) => {
    if (template == null) return;
    while (sums.length <= template) sums = [...sums, 0];
    sums = replaced(sums, template, (sums[template] ?? 0) + (estimate.messageTokens[index] ?? 0));
  });
  return sums.map((sum) => texts.tokens(count(sum), estimate.exact));
}

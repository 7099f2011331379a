import { Select } from '@mantine/core';
import type { TemplateEngine } from '../../bindings/types';
import { type Desk, useFrame } from '../prompt/desk';
import { contentTexts } from './texts';

const words = contentTexts.engine;
const ENGINES: readonly TemplateEngine[] = ['handlebars', 'nunjucks', 'none'];

/** The language that the templates of a prompt are written in. */
export function EngineChoice({ desk }: { desk: Desk }) {
  const { engine = 'handlebars' } = useFrame(desk);
  return (
    <Select
      w={150}
      aria-label={words.label}
      title={words.hints[engine]}
      allowDeselect={false}
      value={engine}
      onChange={(value) => {
        const chosen = ENGINES.find((known) => known === value);
        if (chosen !== undefined) desk.actions.setContent((now) => ({ ...now, engine: chosen }));
      }}
      data={ENGINES.map((value) => ({ value, label: words.names[value] }))}
    />
  );
}

import { describe, expect, it } from 'vitest';
import { showHtml } from './showHtml';

const html = (value: string) => ({ type: 'html', value });

describe('showHtml', () => {
  it('makes code of HTML between blocks, and text of HTML in a line', () => {
    const tree = {
      type: 'root',
      children: [
        html('<div>\n</div>'),
        { type: 'paragraph', children: [{ type: 'text', value: 'a ' }, html('<b>')] },
        { type: 'blockquote', children: [html('<!-- c -->')] },
      ],
    };
    showHtml()(tree);
    expect(tree).toEqual({
      type: 'root',
      children: [
        { type: 'code', value: '<div>\n</div>' },
        {
          type: 'paragraph',
          children: [
            { type: 'text', value: 'a ' },
            { type: 'text', value: '<b>' },
          ],
        },
        { type: 'blockquote', children: [{ type: 'code', value: '<!-- c -->' }] },
      ],
    });
  });
});

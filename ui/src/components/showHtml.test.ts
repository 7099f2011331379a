import { describe, expect, it } from 'vitest';
import { showHtml } from './showHtml';

const html = (value: string) => ({ type: 'html', value });

describe('showHtml', () => {
  it('shows the words of an image in its place', () => {
    const image = { type: 'image', url: 'https://example.com/i.png', alt: 'a cat' };
    const tree = { type: 'root', children: [{ type: 'paragraph', children: [image] }] };
    showHtml()(tree);
    expect(image).toMatchObject({ type: 'text', value: 'a cat' });
  });

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

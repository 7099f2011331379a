import { describe, expect, it } from 'vitest';
import { plainEditor, readChoices } from './editorSettings';

describe('what was chosen for editors', () => {
  it('is read as it was kept', () => {
    const kept = { wrap: false, lineNumbers: false, tabSize: 8, fontSize: 16, closeBrackets: false };
    expect(readChoices(JSON.stringify(kept))).toEqual(kept);
  });

  it.each([null, '', '{', 'null', '7', '{"wrap":1,"tabSize":3,"fontSize":900}'])(
    'is plain where %s was kept',
    (text) => {
      expect(readChoices(text)).toEqual(plainEditor);
    },
  );
});

import { describe, expect, it } from 'vitest';
import { plainEditor, readChoices } from './editorSettings';

describe('what was chosen for editors', () => {
  it('is read as it was kept', () => {
    const kept = { wrap: false, lineNumbers: false, tabSize: 8, fontSize: 16, closeBrackets: false };
    expect(readChoices(kept)).toEqual(kept);
  });

  it.each([null, '', 7, [], { wrap: 1, tabSize: 3, fontSize: 900 }])('is plain where %j was kept', (kept) => {
    expect(readChoices(kept)).toEqual(plainEditor);
  });
});

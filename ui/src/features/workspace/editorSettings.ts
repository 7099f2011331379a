import { Stored, useStored } from '../../lib/stored';

/** How editors look and behave on this device: a matter of the screen and the hands before it, not of the workspace. */
export interface EditorChoices {
  /** Whether long lines go on below, instead of beyond the edge. */
  readonly wrap: boolean;
  readonly lineNumbers: boolean;
  /** How many columns a tab is wide. */
  readonly tabSize: number;
  /** In pixels. */
  readonly fontSize: number;
  /** Whether a bracket that is typed gets its other half. */
  readonly closeBrackets: boolean;
}

export const TAB_SIZES = [2, 4, 8] as const;
export const LEAST_FONT = 12;
export const MOST_FONT = 24;

export const plainEditor: EditorChoices = {
  wrap: true,
  lineNumbers: true,
  tabSize: 4,
  fontSize: 12.5,
  closeBrackets: true,
};

/** What was kept, as far as it makes sense. */
export function readChoices(value: unknown): EditorChoices {
  const kept = Object(value) as Partial<Record<keyof EditorChoices, unknown>>;
  const flag = (name: 'wrap' | 'lineNumbers' | 'closeBrackets') =>
    typeof kept[name] === 'boolean' ? kept[name] : plainEditor[name];
  const { fontSize } = kept;
  const isSize = typeof fontSize === 'number' && fontSize >= LEAST_FONT && fontSize <= MOST_FONT;
  return {
    wrap: flag('wrap'),
    lineNumbers: flag('lineNumbers'),
    closeBrackets: flag('closeBrackets'),
    tabSize: TAB_SIZES.find((size) => size === kept.tabSize) ?? plainEditor.tabSize,
    fontSize: isSize ? fontSize : plainEditor.fontSize,
  };
}

const stored = new Stored('formaops.editor', readChoices);

/** Chooses otherwise; every editor follows at once. */
export function chooseEditor(part: Partial<EditorChoices>): void {
  stored.set({ ...stored.get(), ...part });
}

/** How editors are wanted. */
export function useEditorSettings(): EditorChoices {
  return useStored(stored)[0];
}

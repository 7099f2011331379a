import { NumberInput, SegmentedControl, Switch } from '@mantine/core';
import { useState } from 'react';
import { CodeEditor } from '../content/CodeEditor';
import {
  chooseEditor,
  type EditorChoices,
  LEAST_FONT,
  MOST_FONT,
  plainEditor,
  TAB_SIZES,
  useEditorSettings,
} from './editorSettings';
import { Setting } from './Setting';
import { workspaceTexts } from './texts';
import classes from './workspace.module.css';

const words = workspaceTexts.editor;

/** How editors look and behave, with one to try it in. */
export function EditorScreen() {
  const choices = useEditorSettings();
  const [sample, setSample] = useState<string>(words.sample);
  return (
    <div className={classes.page}>
      <h1>{words.title}</h1>
      <p className={classes.about}>{words.text}</p>
      <div className={classes.settings}>
        <Choice name="wrap" choices={choices} />
        <Choice name="lineNumbers" choices={choices} />
        <Choice name="closeBrackets" choices={choices} />
        <Setting id="editor-tabs" label={words.tabSize}>
          <SegmentedControl
            aria-labelledby="editor-tabs"
            value={String(choices.tabSize)}
            onChange={(value) => chooseEditor({ tabSize: Number(value) })}
            data={TAB_SIZES.map(String)}
          />
        </Setting>
        <Setting id="editor-font" label={words.fontSize} hint={words.fontHint(LEAST_FONT, MOST_FONT)}>
          <NumberInput
            w={88}
            aria-labelledby="editor-font"
            min={LEAST_FONT}
            max={MOST_FONT}
            step={0.5}
            value={choices.fontSize}
            onChange={(value) => {
              const size = Number(value);
              // A number that is still being typed may be too small.
              if (size >= LEAST_FONT && size <= MOST_FONT) chooseEditor({ fontSize: size });
            }}
            onBlur={(event) => {
              if (event.currentTarget.value === '') chooseEditor({ fontSize: plainEditor.fontSize });
            }}
          />
        </Setting>
      </div>
      <div className={classes.sample}>
        <CodeEditor
          value={sample}
          onChange={setSample}
          language="handlebars"
          ariaLabel={words.sampleLabel}
          framed
          minHeight={120}
          maxHeight={280}
        />
      </div>
    </div>
  );
}

function Choice({
  name,
  choices,
}: {
  name: 'wrap' | 'lineNumbers' | 'closeBrackets';
  choices: EditorChoices;
}) {
  const id = `editor-${name}`;
  return (
    <Setting id={id} label={words[name].label} hint={words[name].hint}>
      <Switch
        size="sm"
        aria-labelledby={id}
        checked={choices[name]}
        onChange={(event) => chooseEditor({ [name]: event.currentTarget.checked })}
      />
    </Setting>
  );
}

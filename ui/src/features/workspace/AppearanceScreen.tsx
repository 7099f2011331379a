import { SegmentedControl, useMantineColorScheme } from '@mantine/core';
import { workspaceTexts } from './texts';
import classes from './workspace.module.css';

const SCHEMES = ['light', 'dark', 'auto'] as const;

/** Light, dark, or as the desktop has it. */
export function AppearanceScreen() {
  const { colorScheme, setColorScheme } = useMantineColorScheme();
  const words = workspaceTexts.appearance;
  return (
    <div className={classes.page}>
      <h1>{words.title}</h1>
      <div className={classes.setting}>
        <div>
          <div id="scheme-label">{words.scheme}</div>
          <div className={classes.quiet}>{words.hint}</div>
        </div>
        <SegmentedControl
          aria-labelledby="scheme-label"
          value={colorScheme}
          onChange={(value) => setColorScheme(SCHEMES.find((scheme) => scheme === value) ?? 'auto')}
          data={SCHEMES.map((value) => ({ value, label: words.schemes[value] }))}
        />
      </div>
    </div>
  );
}

import { ActionIcon, Button, SegmentedControl, Switch, useMantineColorScheme } from '@mantine/core';
import { IconMinus, IconPlus } from '@tabler/icons-react';
import { host } from '../../host';
import { announcements, useAnnouncing } from '../../lib/announce';
import { notifyError } from '../../lib/notify';
import { LEAST_ZOOM, MOST_ZOOM, OWN_ZOOM, useZoom, zoom } from '../../lib/zoom';
import { Setting } from './Setting';
import { workspaceTexts } from './texts';
import classes from './workspace.module.css';

const SCHEMES = ['light', 'dark', 'auto'] as const;
const words = workspaceTexts.appearance;

/** Colours, size, and what is told outside of the window. */
export function AppearanceScreen() {
  const { colorScheme, setColorScheme } = useMantineColorScheme();
  return (
    <div className={classes.page}>
      <h1>{words.title}</h1>
      <div className={classes.settings}>
        <Setting id="scheme-label" label={words.scheme} hint={words.hint}>
          <SegmentedControl
            aria-labelledby="scheme-label"
            value={colorScheme}
            onChange={(value) => setColorScheme(SCHEMES.find((scheme) => scheme === value) ?? 'auto')}
            data={SCHEMES.map((value) => ({ value, label: words.schemes[value] }))}
          />
        </Setting>
        <Setting
          id="zoom-label"
          label={words.zoom}
          hint={host.setZoom === null ? words.zoomBrowser : words.zoomHint}
        >
          {host.setZoom !== null && <ZoomControl />}
        </Setting>
        <Setting id="motion-label" label={words.motion} hint={words.motionHint}>
          {null}
        </Setting>
        <Announcing />
      </div>
    </div>
  );
}

function ZoomControl() {
  const percent = useZoom();
  return (
    <div className={classes.zoom} role="group" aria-labelledby="zoom-label">
      <ActionIcon
        variant="default"
        aria-label={words.smaller}
        disabled={percent <= LEAST_ZOOM}
        onClick={() => zoom.step(-1)}
      >
        <IconMinus size={14} />
      </ActionIcon>
      <Button variant="default" w={64} title={words.ownSize} onClick={() => zoom.set(OWN_ZOOM)}>
        {words.percent(percent)}
      </Button>
      <ActionIcon
        variant="default"
        aria-label={words.larger}
        disabled={percent >= MOST_ZOOM}
        onClick={() => zoom.step(1)}
      >
        <IconPlus size={14} />
      </ActionIcon>
    </div>
  );
}

function Announcing() {
  const isOn = useAnnouncing();
  const choose = (wanted: boolean) => {
    announcements.choose(wanted).catch(notifyError);
  };
  return (
    <Setting id="notify-label" label={words.announce} hint={words.announceHint}>
      <Switch
        size="sm"
        aria-labelledby="notify-label"
        checked={isOn}
        onChange={(event) => choose(event.currentTarget.checked)}
      />
    </Setting>
  );
}

import { Tooltip } from '@mantine/core';
import { IconWifi, IconWifiOff } from '@tabler/icons-react';
import { useQuery } from '@tanstack/react-query';
import classes from './NetworkSwitch.module.css';
import { switchNetwork } from './network';
import { networkQuery } from './queries';
import { egressTexts } from './texts';

const words = egressTexts.network;

/** Whether anything may leave this machine; a click turns that round. */
export function NetworkSwitch() {
  const { data } = useQuery(networkQuery);
  if (data === undefined) return <span />;
  const { offline } = data;
  return (
    <Tooltip label={offline ? words.hintOff : words.hintOn} position="bottom-end">
      <button
        type="button"
        className={classes.network}
        aria-pressed={!offline}
        data-offline={offline}
        onClick={() => void switchNetwork(!offline)}
      >
        {offline ? <IconWifiOff size={14} aria-hidden /> : <IconWifi size={14} aria-hidden />}
        {offline ? words.off : words.on}
      </button>
    </Tooltip>
  );
}

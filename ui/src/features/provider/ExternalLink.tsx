import { IconExternalLink } from '@tabler/icons-react';
import { host } from '../../host';
import { notifyError } from '../../lib/notify';
import classes from './provider.module.css';
import { providerTexts } from './texts';

/** An address outside, shown in full and opened in the browser on a click. */
export function ExternalLink({ url }: { url: string }) {
  return (
    <button
      type="button"
      className={classes.link}
      title={providerTexts.link.open(url)}
      onClick={() => void host.openExternal(url).catch(notifyError)}
    >
      {url} <IconExternalLink size={12} aria-hidden />
    </button>
  );
}

import { Modal } from '@mantine/core';
import { useDisclosure, useWindowEvent } from '@mantine/hooks';
import { shown } from '../lib/shortcuts';
import { paletteTexts } from './commands.texts';
import classes from './ShortcutSheet.module.css';
import { shortcutLists } from './shortcutLists';

const OPEN = 'formaops:shortcuts';

/** Shows all keyboard shortcuts, from wherever the reader is. */
export function openShortcuts(): void {
  window.dispatchEvent(new CustomEvent(OPEN));
}

/** Every keyboard shortcut, by what it belongs to. Stands once in the frame. */
export function ShortcutSheet() {
  const [opened, sheet] = useDisclosure(false);
  useWindowEvent(OPEN, sheet.open);
  return (
    <Modal opened={opened} onClose={sheet.close} title={paletteTexts.sheet} size={760}>
      <div className={classes.lists}>
        {shortcutLists().map(({ title, shortcuts }) => (
          <section key={title} className={classes.list}>
            <h3>{title}</h3>
            <dl>
              {shortcuts.map(({ id, label, keys }) => (
                <div key={id}>
                  <dt>{label}</dt>
                  <dd>
                    {keys.map((way) => (
                      <kbd key={way}>{shown(way)}</kbd>
                    ))}
                  </dd>
                </div>
              ))}
            </dl>
          </section>
        ))}
      </div>
    </Modal>
  );
}

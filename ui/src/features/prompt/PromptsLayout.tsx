import { ActionIcon, Drawer, VisuallyHidden } from '@mantine/core';
import { useDisclosure } from '@mantine/hooks';
import { IconLayoutSidebar } from '@tabler/icons-react';
import { useLocation } from '@tanstack/react-router';
import { type MouseEvent, useEffect } from 'react';
import { texts } from '../../app/texts';
import { Panes } from '../../components/Panes';
import { useCommands } from '../../lib/commands';
import { useNarrow } from '../../lib/useNarrow';
import { PromptList } from './PromptList';
import classes from './prompt.module.css';
import { PromptScreens } from './PromptScreens';
import { TabStrip } from './TabStrip';
import { usePromptTabs } from './usePromptTabs';

/** The list of prompts beside the one that is open; in a narrow window the list is a drawer. */
export function PromptsLayout() {
  const narrow = useNarrow();
  const [opened, drawer] = useDisclosure(false);
  const place = useLocation({ select: (location) => location.pathname });
  const close = drawer.close;
  const tabs = usePromptTabs();
  const screens = (
    <div className={classes.opened}>
      <TabStrip {...tabs} />
      <div className={classes.work}>
        <PromptScreens current={tabs.current} open={tabs.tabs.open} />
      </div>
    </div>
  );
  useCommands({ toggleList: { act: drawer.toggle, isAvailable: narrow } });
  useEffect(() => close(), [place, close]);
  // The one that is open already is a choice too, but goes to no other place.
  const closeAfterChoice = (event: MouseEvent) => {
    const isSelecting = event.shiftKey || event.ctrlKey || event.metaKey;
    if (!isSelecting && (event.target as Element).closest('a')) close();
  };
  if (narrow) {
    return (
      <div className={classes.narrow}>
        <div className={classes.strip}>
          <ActionIcon aria-label={texts.prompts.title} onClick={drawer.open}>
            <IconLayoutSidebar size={16} />
          </ActionIcon>
        </div>
        <div className={classes.rest}>{screens}</div>
        <Drawer
          opened={opened}
          onClose={drawer.close}
          size={300}
          padding={0}
          title={<VisuallyHidden>{texts.prompts.title}</VisuallyHidden>}
          withCloseButton={false}
          classNames={{
            content: classes.drawer ?? '',
            header: classes.drawerHeader ?? '',
            body: classes.drawerBody ?? '',
          }}
          onClick={closeAfterChoice}
        >
          <PromptList />
        </Drawer>
      </div>
    );
  }
  return (
    <Panes
      name="prompts"
      border={texts.borders.list}
      orientation="horizontal"
      panes={[
        { id: 'list', size: 19, least: 200, content: <PromptList /> },
        { id: 'prompt', size: 81, least: 600, content: screens },
      ]}
    />
  );
}

import { Menu, UnstyledButton } from '@mantine/core';
import { IconCheck, IconChevronDown } from '@tabler/icons-react';
import { memo } from 'react';
import type { Role } from '../../bindings/types';
import { roles } from './body';
import classes from './ContentEditor.module.css';
import { contentTexts as texts } from './texts';

/** The role of a message, to be changed by a menu. */
export const RoleMenu = memo(function RoleMenu(props: {
  readonly number: number;
  readonly role: Role;
  readonly onChange: (role: Role) => void;
}) {
  return (
    <Menu position="bottom-start" withinPortal>
      <Menu.Target>
        <UnstyledButton
          className={classes.role}
          data-role={props.role}
          aria-label={`${texts.roleOf(props.number)}: ${texts.roles[props.role]}`}
        >
          {texts.roles[props.role]}
          <IconChevronDown size={12} aria-hidden />
        </UnstyledButton>
      </Menu.Target>
      <Menu.Dropdown>
        {roles.map((role) => (
          <Menu.Item
            key={role}
            onClick={() => props.onChange(role)}
            rightSection={role === props.role ? <IconCheck size={14} aria-hidden /> : null}
          >
            {texts.roles[role]}
          </Menu.Item>
        ))}
      </Menu.Dropdown>
    </Menu>
  );
});

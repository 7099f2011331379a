import { ActionIcon, Menu } from '@mantine/core';
import { IconDots } from '@tabler/icons-react';
import type { Prompt, VersionEntry } from '../../bindings/types';
import { useCommands } from '../../lib/commands';
import { notifyError } from '../../lib/notify';
import type { Work } from '../prompt/useWork';
import { branchFrom, copyReference, label, nameOf, removeLabel, tag } from './actions';
import { askForName } from './askForName';
import { versionTexts as texts } from './texts';

/** What can be done with a version beside restoring it. */
export function VersionMenu({
  prompt,
  work,
  version,
}: {
  prompt: Prompt;
  work: Work;
  version: VersionEntry;
}) {
  const name = nameOf(version);
  const labels = version.refs.filter(({ kind }) => kind === 'label');
  const branch = () =>
    askForName({
      title: texts.dialog.branch(name),
      field: texts.dialog.name,
      hint: texts.dialog.branchHint,
      confirm: texts.dialog.make,
      onAnswer: (answer) => branchFrom(prompt, work, answer, version),
    });
  const point = () =>
    askForName({
      title: texts.dialog.label(name),
      field: texts.dialog.name,
      hint: texts.dialog.labelHint,
      confirm: texts.dialog.save,
      onAnswer: (answer) => label(prompt, answer, version),
    });
  const tags = () =>
    askForName({
      title: texts.dialog.tags(name),
      field: texts.dialog.tagsField,
      hint: texts.dialog.tagsHint,
      confirm: texts.dialog.save,
      start: version.tags.join(', '),
      mayBeEmpty: true,
      onAnswer: (answer) =>
        tag(
          prompt,
          version,
          answer
            .split(',')
            .map((word) => word.trim())
            .filter((word) => word !== ''),
        ),
    });
  const copy = () => copyReference(prompt, version);
  useCommands({ branchFromVersion: branch, labelVersion: point, tagVersion: tags, copyVersion: copy });
  return (
    <Menu position="bottom-end">
      <Menu.Target>
        <ActionIcon aria-label={texts.menu(name)}>
          <IconDots size={16} aria-hidden />
        </ActionIcon>
      </Menu.Target>
      <Menu.Dropdown>
        <Menu.Item onClick={branch}>{texts.actions.branch}</Menu.Item>
        <Menu.Item onClick={point}>{texts.actions.label}</Menu.Item>
        <Menu.Item onClick={tags}>{texts.actions.tags}</Menu.Item>
        <Menu.Item onClick={copy}>{texts.actions.copy}</Menu.Item>
        {labels.length > 0 && <Menu.Divider />}
        {labels.map(({ name: of }) => (
          <Menu.Item key={of} onClick={() => void removeLabel(prompt, of).catch(notifyError)}>
            {texts.actions.removeLabel(of)}
          </Menu.Item>
        ))}
      </Menu.Dropdown>
    </Menu>
  );
}

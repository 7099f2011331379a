import { Button, Menu } from '@mantine/core';
import { IconChevronDown, IconGitBranch } from '@tabler/icons-react';
import { useQuery } from '@tanstack/react-query';
import type { Prompt } from '../../bindings/types';
import { notifyError } from '../../lib/notify';
import type { Work } from '../prompt/useWork';
import { goToBranch, removeBranch } from './actions';
import { refsQuery } from './queries';
import { versionTexts } from './texts';

const texts = versionTexts.branches;

/** The branch that the work is for; from here one goes to others, merges them and takes them away. */
export function BranchMenu(props: {
  readonly prompt: Prompt;
  readonly work: Work;
  readonly onMerge: (from: string) => void;
}) {
  const { prompt, work } = props;
  const refs = useQuery(refsQuery(prompt.id));
  const branches = (refs.data?.items ?? []).filter(({ kind }) => kind === 'branch').map(({ name }) => name);
  const others = branches.filter((name) => name !== work.branch);
  return (
    <Menu position="bottom-start">
      <Menu.Target>
        <Button
          variant="subtle"
          leftSection={<IconGitBranch size={14} aria-hidden />}
          rightSection={<IconChevronDown size={14} aria-hidden />}
          aria-label={texts.menu(work.branch)}
        >
          {work.branch}
        </Button>
      </Menu.Target>
      <Menu.Dropdown>
        <Menu.Label>{texts.title}</Menu.Label>
        <Menu.RadioGroup
          value={work.branch}
          onChange={(name) => void goToBranch(prompt, work, name).catch(notifyError)}
        >
          {branches.map((name) => (
            <Menu.RadioItem key={name} value={name}>
              {name}
            </Menu.RadioItem>
          ))}
        </Menu.RadioGroup>
        {others.length > 0 && <Menu.Divider />}
        {others.map((name) => (
          <Menu.Item key={`merge ${name}`} onClick={() => props.onMerge(name)}>
            {texts.merge(name, work.branch)}
          </Menu.Item>
        ))}
        {others
          .filter((name) => name !== 'main')
          .map((name) => (
            <Menu.Item
              key={`remove ${name}`}
              color="red"
              onClick={() => void removeBranch(prompt, name).catch(notifyError)}
            >
              {texts.remove(name)}
            </Menu.Item>
          ))}
      </Menu.Dropdown>
    </Menu>
  );
}

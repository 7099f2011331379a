import { Button, Combobox, useCombobox } from '@mantine/core';
import { IconPlus } from '@tabler/icons-react';
import { useState } from 'react';
import type { ValidationRule } from '../../bindings/types';
import { Marked } from '../../components/Notice';
import { useCommands } from '../../lib/commands';
import { assertionChoices, type Choice, found, ownChoices } from './rules';
import { validationTexts as texts } from './texts';
import classes from './validation.module.css';

/** Adds a rule of any kind, found by its name or by what it does. */
export function AddValidation({ onAdd, isSet }: { onAdd: (rule: ValidationRule) => void; isSet: boolean }) {
  const [typed, setTyped] = useState('');
  const combobox = useCombobox({
    onDropdownOpen: () => combobox.focusSearchInput(),
    onDropdownClose: () => {
      combobox.resetSelectedOption();
      combobox.focusTarget();
      setTyped('');
    },
  });
  // Those of a set stand below those of the prompt.
  useCommands(isSet ? {} : { addValidation: () => combobox.openDropdown() });
  // A set has no sets in it.
  const assertions = found(assertionChoices, typed).filter(({ label }) => !isSet || label !== 'assert-set');
  const groups: [string, readonly Choice[]][] = [
    [texts.groups.own, found(ownChoices, typed)],
    [texts.groups.assertions, assertions],
  ];
  const choices = groups.flatMap(([, items]) => items);
  const pick = (id: string) => {
    const choice = choices.find((other) => other.id === id);
    if (choice !== undefined) onAdd(choice.rule);
    combobox.closeDropdown();
  };
  return (
    <Combobox store={combobox} width={460} position="bottom-start" onOptionSubmit={pick}>
      <Combobox.Target withAriaAttributes={false}>
        <Button
          className={classes.add ?? ''}
          variant="default"
          leftSection={<IconPlus size={14} aria-hidden />}
          onClick={() => combobox.toggleDropdown()}
        >
          {isSet ? texts.addToSet : texts.add}
        </Button>
      </Combobox.Target>
      <Combobox.Dropdown>
        <Combobox.Search
          value={typed}
          placeholder={texts.search}
          aria-label={texts.search}
          onChange={(event) => {
            setTyped(event.currentTarget.value);
            combobox.selectFirstOption();
          }}
        />
        <Combobox.Options mah={320} style={{ overflowY: 'auto' }}>
          {choices.length === 0 && <Combobox.Empty>{texts.nothingFound}</Combobox.Empty>}
          {groups.map(([label, items]) =>
            items.length === 0 ? null : (
              <Combobox.Group key={label} label={label}>
                {items.map(({ id, label: name, about }) => (
                  <Combobox.Option key={id} value={id}>
                    <b className={classes.optionName}>{name}</b>
                    <span className={classes.optionAbout}>
                      <Marked text={about} />
                    </span>
                  </Combobox.Option>
                ))}
              </Combobox.Group>
            ),
          )}
        </Combobox.Options>
      </Combobox.Dropdown>
    </Combobox>
  );
}

import { Button, Combobox, useCombobox } from '@mantine/core';
import { IconPlus } from '@tabler/icons-react';
import { useQuery } from '@tanstack/react-query';
import { useEffect, useEffectEvent, useState } from 'react';
import { texts } from '../../app/texts';
import { Marked } from '../../components/Notice';
import { Retirement } from '../provider/Retirement';
import { providerTexts } from '../provider/texts';
import { ToProviders } from '../provider/ToProviders';
import { allModelsQuery } from './queries';
import classes from './run.module.css';

/** How many models are shown at once: typing narrows the list. */
const MOST_SHOWN = 100;

const providerOf = (model: string) => model.slice(0, model.indexOf(':'));

/** Adds a model of any provider; one that no list knows can be typed. */
export function ModelPicker(props: {
  label?: string;
  /** Whether its list belongs to what is open around it, which a press in the list must not close. */
  isInside?: boolean;
  /** The models that cannot be picked. */
  without?: readonly string[];
  isOpen: boolean;
  onOpen: (isOpen: boolean) => void;
  onPick: (model: string) => void;
}) {
  const { label = texts.runBar.addModel, isInside = false, without = [], isOpen, onOpen, onPick } = props;
  const [search, setSearch] = useState('');
  const models = useQuery(allModelsQuery);
  const combobox = useCombobox({
    opened: isOpen,
    onOpenedChange: onOpen,
    onDropdownClose: () => {
      combobox.resetSelectedOption();
      setSearch('');
    },
  });
  // A column can open it too.
  const focusSearch = useEffectEvent(() => combobox.focusSearchInput());
  useEffect(() => {
    if (isOpen) focusSearch();
  }, [isOpen]);
  const words = search.toLowerCase().split(/\s+/);
  const known = (models.data?.items ?? []).filter(({ model }) => !without.includes(model));
  const names = known.map(({ model }) => model);
  const retires = new Map(known.map(({ model, retiresOn }) => [model, retiresOn]));
  const found = names
    .filter((name) => words.every((word) => name.toLowerCase().includes(word)))
    .slice(0, MOST_SHOWN);
  const isNew = ![...names, ...without].includes(search);
  const typed = /^[^:]+:.+$/.test(search) && isNew ? search : null;
  const pick = (model: string) => {
    onPick(model);
    combobox.closeDropdown();
  };
  return (
    <Combobox
      store={combobox}
      width={340}
      position="top-start"
      withinPortal={!isInside}
      onOptionSubmit={pick}
    >
      <Combobox.Target withAriaAttributes={false}>
        <Button
          variant="subtle"
          color="gray"
          leftSection={<IconPlus size={14} />}
          onClick={() => combobox.toggleDropdown()}
        >
          {label}
        </Button>
      </Combobox.Target>
      <Combobox.Dropdown>
        <Combobox.Search
          value={search}
          placeholder={texts.runBar.search}
          aria-label={texts.runBar.search}
          onChange={(event) => {
            setSearch(event.currentTarget.value);
            combobox.selectFirstOption();
          }}
        />
        <Combobox.Options mah={320} style={{ overflowY: 'auto' }}>
          {typed !== null && <Combobox.Option value={typed}>{texts.runBar.use(typed)}</Combobox.Option>}
          {[...new Set(found.map(providerOf))].map((provider) => (
            <Combobox.Group key={provider} label={provider}>
              {found
                .filter((name) => providerOf(name) === provider)
                .map((name) => (
                  <Combobox.Option key={name} value={name}>
                    {name} <Retirement day={retires.get(name)} />
                  </Combobox.Option>
                ))}
            </Combobox.Group>
          ))}
        </Combobox.Options>
        {models.isSuccess && found.length === 0 && typed === null && (
          <p className={classes.unmatched} role="status">
            <Marked text={providerTexts.picker.none(search)} />. <Marked text={providerTexts.picker.hint} />
          </p>
        )}
        <Combobox.Footer>
          <ToProviders variant="subtle" />
        </Combobox.Footer>
      </Combobox.Dropdown>
    </Combobox>
  );
}

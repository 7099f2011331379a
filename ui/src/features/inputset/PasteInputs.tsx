import { Button, Group, Modal, Stack, Table, Textarea } from '@mantine/core';
import { useState } from 'react';
import { texts } from '../../app/texts';
import { Marked } from '../../components/Notice';
import { notifyUndo } from '../../lib/notify';
import { useChecked, usedVariables } from '../content/checked';
import type { Work } from '../prompt/useWork';
import { readPasted } from './paste';
import { inputSetTexts as words } from './texts';

/** Takes inputs from a pasted text, once it is seen which variable gets what. */
export function PasteInputs({ work, onClose }: { work: Work; onClose: () => void }) {
  const [text, setText] = useState('');
  const used = useChecked(work.checked, usedVariables) ?? [];
  const reading = readPasted(text, work.content.variables, used);
  const found = reading.ok ? Object.entries(reading.pasted.inputs) : [];
  const take = () => {
    if (!reading.ok) return;
    const before = work.inputs;
    work.setInputs((now) => ({ ...now, ...reading.pasted.inputs }));
    onClose();
    notifyUndo(words.pasted, () => {
      work.setInputs(() => before);
      return Promise.resolve();
    });
  };
  return (
    <Modal opened onClose={onClose} title={words.pasteTitle} size="lg">
      <Stack>
        <Textarea
          data-autofocus
          label={words.pasteLabel}
          description={words.pasteHint}
          autosize
          minRows={4}
          maxRows={12}
          spellCheck={false}
          value={text}
          error={!reading.ok && reading.problem !== '' && <Marked text={reading.problem} />}
          onChange={(event) => setText(event.currentTarget.value)}
        />
        {found.length > 0 && <Preview found={found} />}
        {reading.ok && reading.pasted.unknown.length > 0 && (
          <p role="status">
            <Marked text={words.unknown(reading.pasted.unknown.map((name) => `\`${name}\``).join(', '))} />
          </p>
        )}
        <Group justify="flex-end">
          <Button variant="default" onClick={onClose}>
            {texts.actions.cancel}
          </Button>
          <Button disabled={found.length === 0} onClick={take}>
            {words.take}
          </Button>
        </Group>
      </Stack>
    </Modal>
  );
}

function Preview({ found }: { found: [string, unknown][] }) {
  return (
    <Table>
      <Table.Thead>
        <Table.Tr>
          <Table.Th>{words.variable}</Table.Th>
          <Table.Th>{words.value}</Table.Th>
        </Table.Tr>
      </Table.Thead>
      <Table.Tbody>
        {found.map(([name, value]) => (
          <Table.Tr key={name}>
            <Table.Td>{name}</Table.Td>
            <Table.Td className="mono" style={{ overflowWrap: 'anywhere', whiteSpace: 'pre-wrap' }}>
              {typeof value === 'string' ? value : JSON.stringify(value)}
            </Table.Td>
          </Table.Tr>
        ))}
      </Table.Tbody>
    </Table>
  );
}

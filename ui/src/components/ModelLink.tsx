import { Anchor, Button, Group, Stack } from '@mantine/core';
import { modals } from '@mantine/modals';
import type { ReactNode } from 'react';
import { texts } from '../app/texts';
import { host } from '../host';
import { notifyError } from '../lib/notify';
import { type Address, readAddress } from './address';
import { componentTexts } from './components.texts';
import classes from './ModelText.module.css';
import { Marked } from './Notice';

const words = componentTexts.link;

/** A link of a model: it is opened outside, after its whole address was shown. */
export function ModelLink({ href, children }: { href?: string | undefined; children?: ReactNode }) {
  const address = href === undefined ? null : readAddress(href);
  if (address === null) return <span>{children}</span>;
  return (
    <Anchor
      component="button"
      type="button"
      inherit
      className={classes.link ?? ''}
      data-address={address.href}
      onClick={() => ask(address)}
    >
      {children}
    </Anchor>
  );
}

function ask(address: Address): void {
  const close = () => modals.close(id);
  const open = () => {
    close();
    host.openExternal(address.href).catch(notifyError);
  };
  const id = modals.open({
    title: words.title,
    closeButtonProps: { 'aria-label': texts.actions.close },
    children: (
      <Stack gap="xs">
        <span>{words.leads}</span>
        <code className={classes.address}>
          <Spelled address={address} />
        </code>
        {address.hasAccount && (
          <span>
            <Marked text={words.account} />
          </span>
        )}
        {address.isForeign && (
          <span>
            <Marked text={words.script} />
          </span>
        )}
        <Group justify="flex-end">
          <Button variant="default" onClick={close}>
            {texts.actions.cancel}
          </Button>
          <Button onClick={open}>{words.open}</Button>
        </Group>
      </Stack>
    ),
  });
}

/** An address with the place that it leads to set apart. */
export function Spelled({ address: { parts } }: { address: Address }) {
  return (
    <>
      {parts[0]}
      <b>{parts[1]}</b>
      {parts[2]}
    </>
  );
}

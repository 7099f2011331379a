import { ActionIcon, FileButton, Tooltip } from '@mantine/core';
import { IconFile, IconPaperclip, IconPhoto, IconX } from '@tabler/icons-react';
import { useQuery } from '@tanstack/react-query';
import { type ClipboardEvent, type DragEvent, useRef, useState } from 'react';
import type { Attachment } from '../../bindings/types';
import { bytes } from '../../lib/format';
import { notifyError } from '../../lib/notify';
import classes from './Attachments.module.css';
import { isPicture, pastedFiles, refusal } from './attachments';
import { attachmentQuery, keepFile } from './queries';
import { contentTexts } from './texts';

const texts = contentTexts.attachments;

/** What is attached to a message. */
export function Attachments(props: {
  readonly attachments: readonly Attachment[] | undefined;
  readonly onRemove?: ((at: number) => void) | undefined;
}) {
  const { attachments = [], onRemove } = props;
  if (attachments.length === 0) return null;
  return (
    <ul className={classes.list} aria-label={texts.list}>
      {attachments.map((attachment, at) => (
        <li key={at} className={classes.chip}>
          {isPicture(attachment) ? <Thumbnail attachment={attachment} /> : <IconFile size={16} aria-hidden />}
          <span className={classes.name} title={`${attachment.name}, ${attachment.mediaType}`}>
            {attachment.name}
          </span>
          <span className="num">{bytes(attachment.bytes)}</span>
          {onRemove !== undefined && (
            <Tooltip label={texts.remove(attachment.name)}>
              <ActionIcon size={20} aria-label={texts.remove(attachment.name)} onClick={() => onRemove(at)}>
                <IconX size={12} aria-hidden />
              </ActionIcon>
            </Tooltip>
          )}
        </li>
      ))}
    </ul>
  );
}

function Thumbnail({ attachment }: { attachment: Attachment }) {
  const { data } = useQuery(attachmentQuery(attachment.hash));
  if (data === undefined) return <IconPhoto size={16} aria-hidden />;
  const source = `data:${attachment.mediaType};base64,${data.data}`;
  return <img className={classes.thumbnail} src={source} alt={texts.picture(attachment.name)} />;
}

/** Takes files for a message, from wherever they come. */
export interface Attaching {
  readonly isBusy: boolean;
  readonly attach: (files: readonly File[]) => void;
}

/** Keeps files with the host, then adds them to a message that has `attached` of them already. */
export function useAttaching(attached: number, add: (attachments: Attachment[]) => void): Attaching {
  const [isBusy, setBusy] = useState(false);
  const attach = (files: readonly File[]) => {
    const reason = refusal(files, attached);
    if (reason !== null) {
      notifyError(new Error(reason));
      return;
    }
    setBusy(true);
    Promise.all(files.map(keepFile))
      .then(add, notifyError)
      .finally(() => setBusy(false));
  };
  return { isBusy, attach };
}

/** What a part of the page needs to take files that are dropped or pasted on it. */
export function fileTarget({ attach }: Attaching) {
  const take = (event: DragEvent | ClipboardEvent, files: readonly File[]) => {
    if (files.length === 0) return;
    // The editor inside would put the bytes of the file into the text.
    event.preventDefault();
    event.stopPropagation();
    attach(files);
  };
  return {
    onDragOverCapture: (event: DragEvent) => {
      if (event.dataTransfer.types.includes('Files')) event.preventDefault();
    },
    onDropCapture: (event: DragEvent) => take(event, [...event.dataTransfer.files]),
    onPasteCapture: (event: ClipboardEvent) => take(event, pastedFiles(event.clipboardData)),
  };
}

/** Chooses files to attach. */
export function AttachButton({ isBusy, attach }: Attaching) {
  const reset = useRef<() => void>(null);
  const onChange = (files: File[]) => {
    if (files.length > 0) attach(files);
    // The same file may be chosen again after it was removed.
    reset.current?.();
  };
  return (
    <FileButton onChange={onChange} resetRef={reset} multiple>
      {(button) => (
        <Tooltip label={texts.attachHow}>
          <ActionIcon size={24} aria-label={texts.attach} data-attach loading={isBusy} {...button}>
            <IconPaperclip size={14} aria-hidden />
          </ActionIcon>
        </Tooltip>
      )}
    </FileButton>
  );
}

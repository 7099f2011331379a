import { Button, Modal } from '@mantine/core';
import { useMemo } from 'react';
import type { FileWork, MergedFile } from '../../bindings/types';
import { MergeEditor } from '../version/merge/MergeEditor';
import { folderTexts } from './texts';

const words = folderTexts.mergeFile;

interface Props {
  readonly path: string;
  readonly merged: MergedFile;
  readonly isBusy: boolean;
  readonly onMerge: (work: FileWork) => void;
  readonly onClose: () => void;
}

/** Brings a prompt and its file together; what both changed is settled one by one. */
export function FileMerge({ path, merged: { work, conflicts, changes }, isBusy, onMerge, onClose }: Props) {
  // Title and description are settled beside the content.
  const all = useMemo(() => {
    const { content, title, description, tags } = work;
    return { ...content, title, description, tags };
  }, [work]);
  return (
    <Modal opened onClose={onClose} title={words.title(path)} size="min(1120px, 94vw)">
      <MergeEditor
        content={all}
        conflicts={conflicts}
        changes={changes}
        names={words.names}
        told={null}
        foot={({ title, description, tags, ...content }, isSettled) => (
          <>
            <span className="spacer" />
            <Button variant="default" onClick={onClose}>
              {words.cancel}
            </Button>
            <Button
              disabled={!isSettled}
              loading={isBusy}
              onClick={() => onMerge({ content, title, description, tags })}
            >
              {words.save}
            </Button>
          </>
        )}
      />
    </Modal>
  );
}

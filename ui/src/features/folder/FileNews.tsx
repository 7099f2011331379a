import { Link } from '@tanstack/react-router';
import { useQuery } from '@tanstack/react-query';
import { useEffect, useRef } from 'react';
import type { Content, FolderFile } from '../../bindings/types';
import { Marked } from '../../components/Notice';
import { isSame } from '../../lib/same';
import { type Desk, type KnownPrompt, useIsKeeping } from '../prompt/desk';
import prompt from '../prompt/prompt.module.css';
import { folderFileQuery, folderQuery } from './queries';
import { folderTexts } from './texts';

const words = folderTexts.inPrompt;

/** What the file of a prompt has to say on the screen of the prompt, where a folder is linked. */
export function FileNews(props: { known: KnownPrompt; desk: Desk }) {
  const { data } = useQuery(folderQuery);
  return data?.folder == null ? null : <News {...props} />;
}

function News({ known, desk }: { known: KnownPrompt; desk: Desk }) {
  const file = useQuery(folderFileQuery(known.prompt.id)).data?.file;
  useFollowing(file, known, desk);
  if (file == null) return null;
  const problem = file.problem;
  if (file.conflict == null && problem == null) return null;
  return (
    <div className={prompt.newer} role="status">
      <span>
        <b>{file.conflict == null ? words.problem : words.conflict}</b>{' '}
        {problem != null && (
          <>
            {folderTexts.place(problem.path, problem.line, problem.column)}: <Marked text={problem.message} />
          </>
        )}
      </span>
      <span className={prompt.choices}>
        <Link to="/settings/folder">{file.conflict == null ? words.look : words.decide}</Link>
      </span>
    </div>
  );
}

/**
 * Shows an edit of the file at once, before it has come to rest and is a version, where the work has no changes of its
 * own. It is not kept as a draft: nobody has typed it here.
 */
function useFollowing(file: FolderFile | null | undefined, { head }: KnownPrompt, desk: Desk): void {
  const shown = useRef<Content | null>(null);
  const isKept = useIsKeeping(desk, 'kept');
  useEffect(() => {
    if (file?.content == null || !file.ahead || head === null || !isKept) return;
    const { content } = desk.actions.now();
    const isOwn =
      !isSame(content, head.content) && !(shown.current !== null && isSame(content, shown.current));
    if (isOwn || isSame(content, file.content)) return;
    shown.current = file.content;
    desk.actions.takeUp(file.content, head.id);
  }, [file, head, desk, isKept]);
}

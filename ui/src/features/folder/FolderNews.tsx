import { useQuery } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import frame from '../../app/Frame.module.css';
import { folderNewsTexts as words } from './news.texts';
import { folderQuery } from './queries';

/** What is not normal about the linked folder. */
export function FolderNews() {
  const folder = useQuery(folderQuery).data?.folder;
  if (folder == null) return null;
  const { status, conflicts, problems, git } = folder;
  const news = [
    status === 'missing' || status === 'emptied' ? words[status] : null,
    conflicts.length > 0 ? words.conflicts(conflicts.length) : null,
    problems.length > 0 ? words.problems(problems.length) : null,
    git?.dirty === true ? words.dirty(git.branch) : null,
  ].filter((text) => text !== null);
  return news.map((text) => (
    <Link key={text} to="/settings/folder" className={frame.problem}>
      {text}
    </Link>
  ));
}

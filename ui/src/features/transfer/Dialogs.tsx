import { ExportDialog } from './ExportDialog';
import { ImportWizard } from './ImportWizard';
import type { ToExport } from './open';

/** What is asked for: files to import, or how a prompt, or all of them, are exported. */
export type Asked = { kind: 'import' } | { kind: 'export'; prompt: ToExport | null };

/** The dialog that was asked for. */
export function Dialogs({ asked, onClose }: { asked: Asked; onClose: () => void }) {
  return asked.kind === 'import' ? (
    <ImportWizard onClose={onClose} />
  ) : (
    <ExportDialog prompt={asked.prompt} onClose={onClose} />
  );
}

import { Button, TextInput } from '@mantine/core';
import { IconShieldCheck, IconShieldX } from '@tabler/icons-react';
import { useState } from 'react';
import type { AuditReport } from '../../bindings/types';
import { CopyIcon } from '../../components/CopyIcon';
import { api } from '../../host';
import { useCommands } from '../../lib/commands';
import { count } from '../../lib/format';
import { notifyError } from '../../lib/notify';
import classes from './audit.module.css';
import { auditTexts } from './texts';

const words = auditTexts.verify;

/** Looks at the whole trail, and says its head or the first place where it does not hold. */
export function Verify({ onShow }: { onShow: (seq: number) => void }) {
  const [kept, setKept] = useState('');
  const [report, setReport] = useState<AuditReport | null>(null);
  const [isBusy, setIsBusy] = useState(false);
  const verify = async () => {
    setIsBusy(true);
    try {
      setReport(await api.auditVerify({ head: kept.trim() === '' ? null : kept.trim() }));
    } catch (thrown) {
      setReport(null);
      notifyError(thrown);
    } finally {
      setIsBusy(false);
    }
  };
  useCommands({ verifyAudit: () => void verify() });
  return (
    <>
      <form
        className={classes.line}
        onSubmit={(event) => {
          event.preventDefault();
          void verify();
        }}
      >
        <Button type="submit" variant="default" loading={isBusy}>
          {words.verify}
        </Button>
        <TextInput
          className={classes.kept}
          aria-label={words.kept}
          placeholder={words.kept}
          title={words.keptHint}
          spellCheck={false}
          value={kept}
          onChange={(event) => setKept(event.currentTarget.value)}
        />
      </form>
      <div role="status" className={classes.status}>
        {report !== null && <Report report={report} onShow={onShow} />}
      </div>
    </>
  );
}

function Report({ report, onShow }: { report: AuditReport; onShow: (seq: number) => void }) {
  const { events, head, erased, broken } = report;
  const all = words.events(count(events));
  if (broken !== null) {
    const seq = count(broken.seq);
    return (
      <div className={classes.report} data-tone="bad">
        <IconShieldX size={18} aria-hidden />
        <div>
          <b>{words.broken(seq)}</b>
          <p>
            {capital(broken.message)}. {words.before(all)}
          </p>
          {broken.reason !== 'missing' && broken.reason !== 'truncated' && (
            <Button variant="default" onClick={() => onShow(broken.seq)}>
              {words.show(seq)}
            </Button>
          )}
        </div>
      </div>
    );
  }
  return (
    <div className={classes.report} data-tone="good">
      <IconShieldCheck size={18} aria-hidden />
      <div>
        <b>{words.holds(all)}</b> {erased > 0 && words.erased(count(erased))}
        {head !== null && (
          <p className={classes.line}>
            {words.head} <span className="mono">{head}</span> <CopyIcon value={head} label={words.copyHead} />
            <span className={classes.quiet}>{words.headText}</span>
          </p>
        )}
      </div>
    </div>
  );
}

function capital(sentence: string): string {
  return sentence.charAt(0).toUpperCase() + sentence.slice(1);
}

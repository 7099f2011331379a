import { Button, Group, Modal, TextInput } from '@mantine/core';
import { type SyntheticEvent, useState } from 'react';
import { queries } from '../../app/live';
import type { CatalogueModel, ProviderView } from '../../bindings/types';
import { Problem } from '../../components/Notice';
import { api } from '../../host';
import { notifyDone } from '../../lib/notify';
import { hasTooLow, idOf, isEdited, isHalfPrice, modelChanges, type ModelFields, modelFields } from './model';
import { ModelFactFields } from './ModelFactFields';
import classes from './provider.module.css';
import { providerTexts } from './texts';

const words = providerTexts.edit;

/** What the user knows better of a model than the catalogue does, or of one that nobody lists. */
export function EditModel(props: {
  provider: ProviderView;
  known: CatalogueModel | null;
  onClose: () => void;
}) {
  const { provider, known, onClose } = props;
  const [fields, setFields] = useState(() => modelFields(known));
  const [problem, setProblem] = useState<unknown>(null);
  const [busy, setBusy] = useState(false);
  const changes = modelChanges(provider.name, known, fields);
  const canSave = changes !== null && fields.id.trim() !== '' && !isHalfPrice(fields) && !hasTooLow(fields);
  const change = (changed: Partial<ModelFields>) => setFields((now) => ({ ...now, ...changed }));
  const attempt = async (call: () => Promise<CatalogueModel>, done: string) => {
    setBusy(true);
    setProblem(null);
    try {
      await call();
      await queries.invalidateQueries({ queryKey: ['models'] });
      notifyDone(done);
      onClose();
    } catch (thrown) {
      setProblem(thrown);
    } finally {
      setBusy(false);
    }
  };
  const save = (event: SyntheticEvent) => {
    event.preventDefault();
    if (!canSave) return;
    void attempt(() => api.modelUpdate(changes), words.saved(fields.id.trim()));
  };
  const newTitle = provider.ownNames ? words.newDeployment : words.newTitle;
  return (
    <Modal
      opened
      onClose={onClose}
      title={known === null ? newTitle : words.title(idOf(known.model))}
      size={600}
    >
      <form onSubmit={save} noValidate>
        <div className={classes.modelFields}>
          {known === null && (
            <TextInput
              className={classes.wide ?? ''}
              label={provider.ownNames ? words.deployment : words.id}
              description={provider.ownNames ? words.deploymentHint : words.idHint}
              data-autofocus
              spellCheck={false}
              value={fields.id}
              onChange={(event) => change({ id: event.currentTarget.value })}
            />
          )}
          <ModelFactFields known={known} fields={fields} onChange={change} />
        </div>
        {problem !== null && <Problem error={problem} />}
        <Group mt="lg" gap="sm">
          <Button type="submit" loading={busy} disabled={!canSave}>
            {words.save}
          </Button>
          <Button variant="default" onClick={onClose}>
            {words.cancel}
          </Button>
          <span className="spacer" />
          {known !== null && isEdited(known) && (
            <Button
              variant="subtle"
              color="red"
              disabled={busy}
              onClick={() => void attempt(() => api.modelReset({ model: known.model }), words.resetDone)}
            >
              {words.reset}
            </Button>
          )}
        </Group>
      </form>
    </Modal>
  );
}

import { Autocomplete } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import type { ProviderView } from '../../bindings/types';
import { explainedBelow } from '../../lib/below';
import { modelsQuery } from './queries';

/** How many models are offered at once: typing narrows them. */
const MOST_SHOWN = 50;

/** One of a provider's models, or the id of any other. */
export function ModelSelect(props: {
  provider: ProviderView;
  label: string;
  description?: string;
  placeholder?: string;
  value: string | null;
  onChange: (model: string | null) => void;
}) {
  const { provider, value, onChange } = props;
  const models = useQuery(modelsQuery(provider.name));
  const ids = (models.data?.items ?? []).map(({ model }) => model.slice(model.indexOf(':') + 1));
  return (
    <Autocomplete
      label={props.label}
      description={props.description}
      placeholder={props.placeholder}
      inputWrapperOrder={explainedBelow}
      limit={MOST_SHOWN}
      spellCheck={false}
      data={ids}
      value={value ?? ''}
      onChange={(model) => onChange(model.trim() === '' ? null : model.trim())}
    />
  );
}

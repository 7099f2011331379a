import { Chip } from '../../components/Chip';
import { retirement } from './model';
import { providerTexts } from './texts';

const TONES = { gone: 'bad', soon: 'warn', later: 'plain' } as const;

/** When a model stops answering, where a day is known. */
export function Retirement({ day }: { day: string | null | undefined }) {
  const near = retirement(day);
  if (near === null || day === null || day === undefined) return null;
  return <Chip tone={TONES[near]}>{providerTexts.retires[near](day)}</Chip>;
}

import { useQueries } from '@tanstack/react-query';
import { useMemo } from 'react';
import type { SuitePrompt, Variable } from '../../bindings/types';
import { api } from '../../host';
import { variablesOf } from './cases';

/** The variables of the versions that a suite runs, each name once. */
export function useVariables(prompts: readonly SuitePrompt[]): readonly Variable[] {
  const found = useQueries({
    queries: prompts.map(({ promptId, version }) => ({
      queryKey: ['prompt', promptId, 'variables', version ?? null],
      queryFn: async (): Promise<Variable[]> => {
        if (version === null || version === undefined) {
          const { head } = await api.promptGet({ id: promptId });
          return head?.content.variables ?? [];
        }
        return (await api.versionGet({ id: promptId, version })).content.variables;
      },
    })),
    combine: (results) => results.map(({ data }) => data),
  });
  return useMemo(() => variablesOf(found.map((variables) => variables ?? [])), [found]);
}

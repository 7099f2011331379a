import { createContext } from 'react';

/** What a column can open in the run bar that stands with it. */
export interface RunActions {
  /** The list of models to add one. */
  readonly chooseModel: () => void;
  /** The parameters of a chosen model. */
  readonly openParameters: (model: string) => void;
}

/** The run bar beside the columns; none where a run of the past is shown. */
export const RunActionsContext = createContext<RunActions | null>(null);

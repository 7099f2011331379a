import { useQuery } from '@tanstack/react-query';
import { useEffect, useLayoutEffect, useMemo, useRef, useState } from 'react';
import { queries } from '../../app/live';
import type {
  CreateRun,
  ModelChoice,
  Priority,
  Problem,
  Prompt,
  RunContext,
  RunDetail,
} from '../../bindings/types';
import { api, toApiError } from '../../host';
import { useCommands } from '../../lib/commands';
import { notifyError } from '../../lib/notify';
import { Stored, useStored } from '../../lib/stored';
import type { WorkActions } from '../prompt/desk';
import { NO_OPTIONS, type RunOptions, requested } from './options';
import { isOver } from './course';
import { newestRunQuery, runQuery } from './queries';
import type { RunActions } from './runActions';

const DRY_RUN: ModelChoice = { model: 'dry-run:echo', parameters: {} };

/** What the next run will be, and the run that is shown. */
export interface RunBarState {
  readonly models: ModelChoice[];
  readonly setModels: (models: ModelChoice[]) => void;
  readonly repeats: number;
  readonly setRepeats: (repeats: number) => void;
  readonly priority: Priority;
  readonly setPriority: (priority: Priority) => void;
  /** The most that it may cost, in dollars. */
  readonly cap: string | null;
  readonly setCap: (cap: string | null) => void;
  readonly context: RunContext;
  readonly setContext: (context: RunContext) => void;
  readonly options: RunOptions;
  readonly setOptions: (options: RunOptions) => void;
  /** The run that is shown; none before the first. */
  readonly run: RunDetail | undefined;
  readonly isRunning: boolean;
  /** Whether Run was pressed and the host has not answered yet. */
  readonly isStarting: boolean;
  readonly start: () => Promise<void>;
  readonly stop: () => Promise<void>;
  /** What is open in the bar: the list of models, or the parameters of the model at a place. */
  readonly opened: Opened;
  readonly setOpened: (opened: Opened) => void;
  /** What columns can open in the bar. */
  readonly actions: RunActions;
}

/** What can be open in the run bar. */
export type Opened = 'models' | number | null;

function suggestedBy(work: RunWork): ModelChoice {
  const { model } = work.now().content.settings;
  return model == null ? DRY_RUN : { model, parameters: {} };
}

/** The models that were chosen last, for any prompt. */
const chosen = new Stored('formaops.models', (kept) =>
  Array.isArray(kept) && kept.every(isChoice) ? kept : null,
);

function isChoice(value: unknown): value is ModelChoice {
  return typeof (value as Partial<ModelChoice> | null)?.model === 'string';
}

/** What is run: the work as it is when Run is pressed. */
export interface RunWork extends Pick<WorkActions, 'now' | 'keep'> {
  /** Whether its content differs from the newest version. */
  readonly isChanged: () => boolean;
  /** Whether the fields show what would be sent; says so where they do not. */
  readonly isUsable: (asked: Pick<RunBarState, 'models' | 'context'>) => boolean;
}

/** The run bar of a prompt: models are remembered for all prompts, the rest is of this one. */
export function useRunBar(given: {
  prompt: Prompt;
  work: RunWork;
  onProblems: (problems: Problem[]) => void;
}): RunBarState {
  const { prompt, work, onProblems } = given;
  const [remembered, setModels] = useStored<ModelChoice[] | null>(chosen);
  const [suggested] = useState(() => [suggestedBy(work)]);
  const models = remembered ?? suggested;
  const [repeats, setRepeats] = useState(1);
  const [priority, setPriority] = useState<Priority>('normal');
  const [cap, setCap] = useState<string | null>(null);
  const [context, setContext] = useState<RunContext>({});
  const [options, setOptions] = useState(NO_OPTIONS);
  const [started, setStarted] = useState<string | null>(null);

  const [opened, setOpened] = useState<Opened>(null);
  const actions = useMemo<RunActions>(
    () => ({
      chooseModel: () => setOpened('models'),
      openParameters: (model) => {
        const at = models.findIndex((choice) => choice.model === model);
        setOpened(at < 0 ? 'models' : at);
      },
    }),
    [models],
  );

  const newest = useQuery(newestRunQuery(prompt.id));
  const shown = started ?? newest.data?.items[0]?.id ?? null;
  const run = useQuery({ ...runQuery(shown ?? ''), enabled: shown !== null });

  const [isStarting, setStarting] = useState(false);
  // Presses come quicker than screens are drawn: of several, the first alone counts.
  const isUnderWay = useRef(false);
  useLayoutEffect(() => {
    isUnderWay.current = isStarting;
  }, [isStarting]);

  const start = async () => {
    if (isUnderWay.current || !work.isUsable({ models, context })) return;
    isUnderWay.current = true;
    setStarting(true);
    onProblems([]);
    const { content, inputs } = work.now();
    const request: CreateRun = {
      prompt: prompt.id,
      // What equals the newest version is run as that version; anything else exactly as it is on screen.
      content: work.isChanged() || prompt.head === null ? content : null,
      version: work.now().branch,
      models,
      inputs,
      context,
      repeats,
      priority,
      capUsd: cap,
      ...requested(
        options,
        models.map(({ model }) => model),
      ),
    };
    try {
      await work.keep();
      const detail = await api.runCreate(request);
      // Events may have told more of it already than the answer does.
      queries.setQueryData<RunDetail>(runQuery(detail.run.id).queryKey, (known) => known ?? detail);
      setStarted(detail.run.id);
    } catch (thrown) {
      const error = toApiError(thrown);
      onProblems(error.problems ?? (error.at ? [{ message: error.message, at: error.at }] : []));
      notifyError(thrown);
    } finally {
      setStarting(false);
    }
  };

  const stop = async () => {
    if (shown === null) return;
    await api.runCancel({ id: shown }).catch(notifyError);
  };

  const isRunning = run.data !== undefined && !isOver(run.data.run);
  useEffect(() => {
    // An event between the answer and the query's first data is not lost: it is read once more.
    if (started !== null) void queries.invalidateQueries(runQuery(started));
  }, [started]);
  // By its key a run starts before the bar is there.
  useCommands({
    run: { act: () => void start(), isAvailable: !isRunning && !isStarting && models.length > 0 },
    stop: { act: () => void stop(), isAvailable: isRunning },
    chooseModels: () => setOpened('models'),
  });
  return {
    models,
    setModels,
    repeats,
    setRepeats,
    priority,
    setPriority,
    cap,
    setCap,
    context,
    setContext,
    options,
    setOptions,
    run: run.data,
    isRunning,
    isStarting,
    start,
    stop,
    opened,
    setOpened,
    actions,
  };
}

import type { ExecutionDetail, FunctionTrial, OutputWindow } from '../../bindings/types';
import { api } from '../../host';
import { messageText } from '../run/summary';

/** What came of a function, and the model whose answer it was called with. */
export interface NewestTrial {
  readonly model: string;
  readonly trial: FunctionTrial;
}

/** Calls a function with the newest answer of a prompt; `null` where there is none yet. */
export async function tryOnNewest(promptId: string, source: string): Promise<NewestTrial | null> {
  const { items } = await api.executionList({ prompt: promptId, status: 'completed', limit: 1 });
  const [newest] = items;
  if (newest === undefined) return null;
  const [output, detail] = await Promise.all([wholeAnswer(newest.id), api.executionGet({ id: newest.id })]);
  const trial = await api.functionTry({ source, arguments: [output, contextOf(detail)], isValidation: true });
  return { model: newest.model, trial };
}

async function wholeAnswer(id: string): Promise<string> {
  let text = '';
  let window: OutputWindow | undefined;
  do {
    window = await api.executionOutput({ id, part: 'text', offset: window?.next ?? 0 });
    text += window.text;
  } while (window.next < window.total);
  return text;
}

/** What a function is told beside the answer, in the names of the documentation. */
function contextOf({ execution, inputs, messages }: ExecutionDetail): object {
  const { model, metrics, finish, toolCalls } = execution;
  return {
    vars: inputs,
    prompt: messages.map(messageText).join('\n'),
    metadata: {},
    test: { vars: inputs, metadata: {} },
    model: model.slice(model.indexOf(':') + 1),
    provider: { id: model, label: model },
    usage: metrics.tokenUsage,
    latencyMs: metrics.latencyMs,
    firstTokenMs: metrics.firstTokenMs,
    tokensPerSecond: metrics.tokensPerSecond,
    finishReason: finish?.reason ?? null,
    toolCalls,
  };
}

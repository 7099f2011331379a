import type { Execution } from '../../bindings/types';
import { isBareJson } from './json';

/** A text in a Markdown fence that nothing in it ends. */
export function fenced(text: string): string {
  const longest = Math.max(2, ...(text.match(/`+/g) ?? []).map(({ length }) => length));
  const fence = '`'.repeat(longest + 1);
  const language = isBareJson(text) ? 'json' : '';
  return `${fence}${language}\n${text}${text.endsWith('\n') ? '' : '\n'}${fence}\n`;
}

/** What is known of a column beside its answer, as JSON. */
export function factsOf(execution: Execution): string {
  const { id, runId, promptId, versionId, model, parameters, status, metrics, finish, failure } = execution;
  const { validationStatus, validations, toolCalls, createdAt, startedAt, completedAt } = execution;
  const ids = { execution: id, run: runId, prompt: promptId, version: versionId };
  const came = { finish, failure, validationStatus, validations, toolCalls };
  const times = { createdAt, startedAt, completedAt };
  return JSON.stringify({ ...ids, model, parameters, status, metrics, ...came, ...times }, null, 2);
}

/** The name of a file for an answer of a model. */
export function fileName(model: string, text: string): string {
  const plain = model.replaceAll(/[^\w.-]+/g, '-').replaceAll(/^[.-]+|[.-]+$/g, '');
  return `${plain === '' ? 'answer' : plain}.${isBareJson(text) ? 'json' : 'md'}`;
}

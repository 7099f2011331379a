import type { Hit, MatchPlace } from '../../bindings/types';

/** Where a hit leads to. */
export type Destination =
  | { to: '/prompts/$id'; params: { id: string }; search: { version?: string } }
  | { to: '/runs/$id'; params: { id: string }; search: { execution: string } };

/** The prompt, the version in its history, or the execution beside its run. */
export function destination(hit: Hit): Destination {
  switch (hit.kind) {
    case 'prompt':
      return { to: '/prompts/$id', params: { id: hit.promptId }, search: {} };
    case 'version':
      return { to: '/prompts/$id', params: { id: hit.promptId }, search: { version: hit.versionId } };
    case 'execution':
      return { to: '/runs/$id', params: { id: hit.runId }, search: { execution: hit.executionId } };
  }
}

/** What tells a hit from all others. */
export function keyOf(hit: Hit): string {
  switch (hit.kind) {
    case 'prompt':
      return hit.promptId;
    case 'version':
      return `${hit.promptId} ${hit.versionId}`;
    case 'execution':
      return hit.executionId;
  }
}

/** The place that says most: of an execution where the answer has the words, else the first. */
export function bestPlace(hit: Hit): MatchPlace | undefined {
  return hit.places.find(({ part }) => part === 'answer') ?? hit.places[0];
}

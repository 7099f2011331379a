import type { ErrorClass } from '../../bindings/types';

/** What mends a failure, beside another try. */
export type Remedy =
  'budget' | 'price' | 'provider' | 'key' | 'model' | 'parameters' | 'prompt' | 'network' | 'vault';

/** What mends each kind of failure, the likeliest first. None: only time or another try does. */
export const REMEDIES: Readonly<Record<ErrorClass, readonly Remedy[]>> = {
  template: ['prompt'],
  inputs: ['prompt'],
  no_key: ['key'],
  key_locked: ['vault'],
  authentication: ['provider'],
  permission: ['provider', 'model'],
  no_quota: ['provider', 'model'],
  over_budget: ['budget'],
  price_unknown: ['price', 'budget'],
  not_found: ['model', 'provider'],
  bad_request: ['parameters'],
  context_too_long: ['model'],
  content_filter: [],
  rate_limited: [],
  server_error: [],
  circuit_open: ['model'],
  offline: ['network'],
  name_not_found: ['provider'],
  refused: ['provider'],
  no_route: ['provider'],
  proxy: ['provider'],
  tls: ['provider'],
  reset: [],
  timeout: [],
  redirect: ['provider'],
  invalid_response: ['provider'],
  truncated: [],
  no_provider: ['provider'],
  not_recorded: [],
  validation: ['prompt'],
  interrupted: [],
  storage: [],
  not_writable: [],
  internal: [],
};

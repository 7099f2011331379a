import type {
  Parameters,
  ResponseFormat,
  ToolChoice,
  ToolDefinition,
  Validation,
} from '../../bindings/types';
import { parameterTexts } from './texts';

const words = parameterTexts.tools;

/** Parameters with some of them changed. What is empty is left out, so that it is taken from elsewhere. */
export function changed(parameters: Parameters, change: Partial<Parameters>): Parameters {
  const entries = Object.entries({ ...parameters, ...change }).filter(([, value]) => !isEmpty(value));
  const next = Object.fromEntries(entries) as Parameters;
  const { toolChoice, tools = [] } = next;
  // A choice between tools that are gone would be refused.
  const isGone = isObject(toolChoice) && !tools.some(({ name }) => name === toolChoice.tool);
  if (isGone) delete next.toolChoice;
  return next;
}

function isEmpty(value: unknown): boolean {
  if (value === null || value === undefined || value === '') return true;
  if (Array.isArray(value)) return value.length === 0;
  return isObject(value) && Object.keys(value).length === 0;
}

/** The parameters that few people set. */
const ADVANCED = [
  'topK',
  'seed',
  'frequencyPenalty',
  'presencePenalty',
  'stop',
  'reasoningBudget',
  'reasoningSummary',
  'responseFormat',
  'tools',
  'toolChoice',
  'extra',
] as const satisfies (keyof Parameters)[];

/** How many of the parameters that few people set are set. */
export function advancedCount(parameters: Parameters): number {
  return ADVANCED.filter((name) => !isEmpty(parameters[name])).length;
}

/** Whether a tool or schema may have this name. */
export function isPlainName(name: string): boolean {
  return /^[A-Za-z0-9_-]{1,64}$/.test(name);
}

/** Whether a value is a JSON object. */
export function isObject<Value>(value: Value): value is Value & object {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

const TOOL_FIELDS: string[] = ['name', 'description', 'parameters'] satisfies (keyof ToolDefinition)[];

/** What is wrong with a list of tools; `null` where nothing is. No list at all is none. */
export function toolsProblem(value: unknown): string | null {
  if (value === undefined) return null;
  if (!Array.isArray(value)) return words.list;
  const names = new Set<string>();
  for (const [at, tool] of (value as unknown[]).entries()) {
    const problem = isObject(tool)
      ? toolProblem(tool as Record<string, unknown>, at + 1)
      : words.name(at + 1);
    if (problem !== null) return problem;
    const { name } = tool as ToolDefinition;
    if (names.has(name)) return words.twice(name);
    names.add(name);
  }
  return null;
}

function toolProblem(tool: Record<string, unknown>, number: number): string | null {
  const { name, description = '', parameters = {} } = tool;
  if (typeof name !== 'string' || !isPlainName(name)) return words.name(number);
  if (typeof description !== 'string') return words.description(name);
  if (!isObject(parameters)) return words.parameters(name);
  const type = (parameters as Record<string, unknown>)['type'];
  if (type !== undefined && type !== 'object') return words.parameters(name);
  const other = Object.keys(tool).find((field) => !TOOL_FIELDS.includes(field));
  return other === undefined ? null : words.field(name, other);
}

/** A tool to start from. */
export const exampleTools: ToolDefinition[] = [
  {
    name: 'get_weather',
    description: 'The weather in a city now',
    parameters: {
      type: 'object',
      properties: {
        city: { type: 'string', description: 'Such as Zürich' },
        unit: { type: 'string', enum: ['celsius', 'fahrenheit'] },
      },
      required: ['city'],
    },
  },
];

/** A choice of tools as the value of a list, and back. */
export const choiceValue = (choice: ToolChoice | null | undefined): string | null =>
  choice === null || choice === undefined
    ? null
    : typeof choice === 'string'
      ? choice
      : `tool ${choice.tool}`;

export function choiceOf(value: string | null): ToolChoice | null {
  if (value === null) return null;
  if (value === 'auto' || value === 'none' || value === 'required') return value;
  return { tool: value.slice('tool '.length) };
}

/** A shape to start from: every field named, and no other allowed, as providers ask for. */
const firstSchema = {
  type: 'object',
  properties: { answer: { type: 'string' } },
  required: ['answer'],
  additionalProperties: false,
};

/** A validation whose schema can be asked for. */
export interface SchemaValidation extends Validation {
  readonly rule: { readonly kind: 'schema'; readonly schema: Record<string, unknown> };
}

/** The validations whose schema can be asked for. */
export function usableSchemas(validations: readonly Validation[]): SchemaValidation[] {
  return validations.filter(
    (validation): validation is SchemaValidation =>
      validation.rule.kind === 'schema' && isObject(validation.rule.schema),
  );
}

/** The shape that a validation checks, as one to ask for. */
export function formatOf({ name, rule }: SchemaValidation): ResponseFormat {
  const plain = name.replace(/[^A-Za-z0-9_-]+/g, '_').slice(0, 64);
  return {
    kind: 'schema',
    name: plain === '' ? 'answer' : plain,
    schema: rule.schema,
  };
}

/** What a shape starts with: that of the first validation, which the answer will be checked against. */
export function firstFormat(validations: readonly Validation[]): ResponseFormat {
  const [first] = usableSchemas(validations);
  return first === undefined ? { kind: 'schema', name: 'answer', schema: firstSchema } : formatOf(first);
}

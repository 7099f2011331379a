import type { CalledPartial, Variable } from '../../../bindings/types';
import { INSIDE, type IsFlag, ITEM, type Step } from './scope';

/** What is known of the values that a template may name. */
export interface Knowledge {
  readonly variables: readonly Variable[];
  /** The inputs as they are entered now. */
  readonly inputs: Readonly<Record<string, unknown>>;
  /** The partials that are called, as the host found them. */
  readonly partials: readonly CalledPartial[];
}

/** What is known of one value: what it should be, and what it is now. */
export interface Shape {
  readonly schema: Schema | null;
  readonly value: unknown;
  /** The declaration, where this is a variable. */
  readonly variable: Variable | null;
  /** The name of the variable that it is or is a part of; none for the inputs as a whole. */
  readonly of: string | null;
  /** Whether its value must not be shown. */
  readonly isSensitive: boolean;
}

/** A field of a value. */
export interface Field {
  readonly name: string;
  readonly shape: Shape;
}

type Schema = Readonly<Record<string, unknown>>;

/** How many items or fields are looked at to learn the fields of all. */
const MOST_LOOKED_AT = 20;
/** How far references of a schema are followed. */
const MOST_REFERENCES = 8;

/** Whether a section over a variable is a condition. */
export function flags({ variables }: Knowledge): IsFlag {
  return (name) => variables.some((variable) => variable.name === name && variable.type === 'boolean');
}

/** What is known of the value at the end of some steps. */
export function shapeAt(knowledge: Knowledge, steps: readonly Step[]): Shape {
  const inputs: Shape = {
    schema: null,
    value: knowledge.inputs,
    variable: null,
    of: null,
    isSensitive: false,
  };
  const [first, ...rest] = steps;
  if (first === undefined) return inputs;
  if (typeof first !== 'string') return rest.reduce<Shape>(child, { ...inputs, value: undefined });
  return rest.reduce<Shape>(child, shapeOfVariable(knowledge, first));
}

function shapeOfVariable({ variables, inputs }: Knowledge, name: string): Shape {
  const variable = variables.find((other) => other.name === name) ?? null;
  const value = inputs[name] ?? variable?.default;
  return {
    schema: variable && schemaOf(variable),
    value,
    variable,
    of: name,
    isSensitive: variable?.sensitive ?? false,
  };
}

function schemaOf({ type, schema, options }: Variable): Schema {
  const own = schema ?? {};
  if (type === 'array')
    return { type, items: own, ...(own['$defs'] !== undefined && { $defs: own['$defs'] }) };
  if (type === 'enum') return { type: 'string', enum: options ?? [] };
  return { ...own, type };
}

/** The fields of a value; those that its schema names first. Of the inputs as a whole, the variables. */
export function fieldsOf(knowledge: Knowledge, shape: Shape): Field[] {
  if (shape.of === null && shape.value === knowledge.inputs) {
    const names = new Set([...knowledge.variables.map(({ name }) => name), ...Object.keys(knowledge.inputs)]);
    return [...names].map((name) => ({ name, shape: shapeOfVariable(knowledge, name) }));
  }
  const names = new Set([...propertiesOf(shape.schema).keys(), ...keysOf(shape.value)]);
  return [...names].map((name) => ({ name, shape: child(shape, name) }));
}

function keysOf(value: unknown): string[] {
  return isRecord(value) ? Object.keys(value).slice(0, 200) : [];
}

function child(shape: Shape, step: Step): Shape {
  const inner = { variable: null, of: shape.of, isSensitive: shape.isSensitive };
  if (step === INSIDE && !Array.isArray(shape.value) && resolved(shape.schema)?.['type'] !== 'array')
    return shape;
  if (step === ITEM || step === INSIDE)
    return { ...inner, schema: itemSchema(shape.schema), value: anyItem(shape.value) };
  if (/^\d+$/.test(step)) {
    const value = Array.isArray(shape.value) ? (shape.value as unknown[])[Number(step)] : undefined;
    return { ...inner, schema: itemSchema(shape.schema), value };
  }
  const value = isRecord(shape.value) ? shape.value[step] : undefined;
  return { ...inner, schema: propertiesOf(shape.schema).get(step) ?? null, value };
}

/** A value that has the fields of all items, each as one of them has it. */
function anyItem(value: unknown): unknown {
  const items = Array.isArray(value) ? (value as unknown[]) : isRecord(value) ? Object.values(value) : [];
  const first = items.slice(0, MOST_LOOKED_AT);
  if (!first.some(isRecord)) return first[0];
  return first.filter(isRecord).reduce((all, item) => ({ ...item, ...all }), {});
}

// A schema points into the one it is a part of, which is handed down with it.
const wholes = new WeakMap<Schema, Schema>();

function within(whole: Schema, part: unknown): Schema | null {
  if (!isRecord(part)) return null;
  const schema: Schema = part;
  if (!wholes.has(schema)) wholes.set(schema, wholes.get(whole) ?? whole);
  return schema;
}

/** A schema with its reference followed. */
function resolved(schema: Schema | null): Schema | null {
  let here = schema;
  for (let turn = 0; turn < MOST_REFERENCES && typeof here?.['$ref'] === 'string'; turn += 1) {
    const whole: Schema = wholes.get(here) ?? here;
    const steps = here['$ref'].startsWith('#') ? here['$ref'].split('/').slice(1) : null;
    const target = steps?.reduce<unknown>((part, step) => (isRecord(part) ? part[step] : undefined), whole);
    here = within(whole, target);
  }
  return here;
}

function propertiesOf(schema: Schema | null): Map<string, Schema | null> {
  const here = resolved(schema);
  if (here === null) return new Map();
  const own = isRecord(here['properties']) ? Object.entries(here['properties']) : [];
  const found = new Map(own.map(([name, property]) => [name, within(here, property)]));
  for (const word of ['allOf', 'anyOf', 'oneOf']) {
    const parts = Array.isArray(here[word]) ? (here[word] as unknown[]) : [];
    for (const part of parts)
      for (const [name, property] of propertiesOf(within(here, part)))
        if (!found.has(name)) found.set(name, property);
  }
  return found;
}

function itemSchema(schema: Schema | null): Schema | null {
  const here = resolved(schema);
  return here && within(here, here['items'] ?? here['additionalProperties']);
}

/** The type of a value: as it is declared, else as it is. */
export function typeOf({ variable, schema, value }: Shape): string | null {
  if (variable !== null) return variable.type;
  const here = resolved(schema);
  const type: unknown = here?.['type'];
  if (typeof type === 'string') return type;
  if (Array.isArray(type)) return type.join(' or ');
  if (here && Array.isArray(here['enum'])) return 'enum';
  if (value === undefined) return null;
  if (value === null) return 'null';
  return Array.isArray(value) ? 'array' : typeof value;
}

/** What a value is for, in the words of its declaration. */
export function descriptionOf({ variable, schema }: Shape): string {
  const words = variable?.description ?? resolved(schema)?.['description'];
  return typeof words === 'string' ? words : '';
}

/** Whether a field must be there, as far as the schema of its object says. */
export function isRequired(parent: Shape | null, { name, shape }: Field): boolean {
  if (shape.variable !== null) return shape.variable.required;
  const required: unknown = resolved(parent?.schema ?? null)?.['required'];
  return Array.isArray(required) && required.includes(name);
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

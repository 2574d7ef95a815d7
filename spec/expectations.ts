import type { FieldPath } from './findings.ts';
import type { JsonSchema } from './json-schema.ts';
import { alternatives } from './problems.ts';

/** What the JSON Schema wants at a path, in words, so that messages and editors say the same. */

/** The schema at a path of a value; among alternatives on the way the one that the value was meant for. */
export function schemaAt(
  schema: JsonSchema,
  path: FieldPath,
  value: unknown,
): JsonSchema | undefined {
  const [segment, ...rest] = path;
  const kind = chooseKind(schema, value);
  if (segment === undefined) return kind;
  const container = chooseMapping(kind, value);
  const inner = typeof segment === 'number' ? container.items : fieldSchema(container, segment);
  return inner && schemaAt(inner, rest, valueAt(value, [segment]));
}

/** An own value only: a path is as untrusted as the text it came from. */
export function valueAt(value: unknown, path: FieldPath): unknown {
  return path.reduce<unknown>((inner, segment) => {
    if (typeof inner !== 'object' || inner === null || !Object.hasOwn(inner, segment)) {
      return undefined;
    }
    return (inner as Record<string | number, unknown>)[segment];
  }, value);
}

function fieldSchema(schema: JsonSchema, field: string): JsonSchema | undefined {
  if (schema.properties && Object.hasOwn(schema.properties, field)) return schema.properties[field];
  return typeof schema.additionalProperties === 'object' ? schema.additionalProperties : undefined;
}

function chooseKind(schema: JsonSchema, value: unknown): JsonSchema {
  const kind = valueAt(value, ['kind']);
  return schema.oneOf?.find((option) => option.properties?.['kind']?.const === kind) ?? schema;
}

/** Of alternatives by type, and then by kind. */
function chooseMapping(schema: JsonSchema, value: unknown): JsonSchema {
  return chooseKind(chooseType(schema, value), value);
}

function chooseType(schema: JsonSchema, value: unknown): JsonSchema {
  const type = Array.isArray(value) ? 'array' : typeof value;
  const isMapping = type === 'object';
  const isMeant = ({ type: own, oneOf }: JsonSchema) => own === type || (isMapping && oneOf);
  return schema.anyOf?.find(isMeant) ?? schema;
}

/** The fields that the mapping at a path may have. */
export function fieldsAt(schema: JsonSchema, path: FieldPath, value: unknown): string[] {
  const wanted = schemaAt(schema, path, value);
  return wanted ? fieldNames(chooseMapping(wanted, valueAt(value, path))) : [];
}

function fieldNames(schema: JsonSchema | undefined): string[] {
  return Object.keys(schema?.properties ?? {});
}

/** The words that may stand here, those of alternatives included. */
export function validWords(schema: JsonSchema | undefined): string[] {
  if (!schema) return [];
  const values = schema.const === undefined ? (schema.enum ?? []) : [schema.const];
  const words = values.filter((value) => typeof value === 'string');
  return [...words, ...(schema.anyOf ?? []).flatMap(validWords)];
}

/** The kinds of a union of mappings, also of one beside words. */
export function validKinds(schema: JsonSchema | undefined): string[] {
  const unions = [schema, ...(schema?.anyOf ?? [])];
  const options = unions.flatMap((union) => union?.oneOf ?? []);
  return options.flatMap((option) => validWords(option.properties?.['kind']));
}

/** A noun phrase: `"keep" or "strip"`, `an integer from 1 to 1000`, `a list of 1 to 64`. */
export function describeSchema(schema: JsonSchema | undefined): string {
  if (!schema) return 'a JSON value';
  if (schema.oneOf) return `a mapping with kind ${quotedWords(validKinds(schema))}`;
  if (schema.anyOf) return alternatives(schema.anyOf.map(describeSchema));
  const values = schema.const === undefined ? schema.enum : [schema.const];
  if (values) return quotedWords(values);
  return describeType(schema);
}

export function quotedWords(words: readonly unknown[]): string {
  return alternatives(words.map((word) => JSON.stringify(word)));
}

function describeType(schema: JsonSchema): string {
  switch (schema.type) {
    case 'integer':
      return `an integer${describeRange(schema)}`;
    case 'number':
      return `a number${describeRange(schema)}`;
    case 'boolean':
      return 'true or false';
    case 'string':
      return schema.patternErrorMessage ?? 'text';
    case 'array':
      return `a list${describeLength(schema)}`;
    case 'object':
      return describeMapping(schema);
    default:
      return 'a JSON value';
  }
}

function describeRange({ minimum, maximum, exclusiveMinimum }: JsonSchema): string {
  const low = minimum === undefined || minimum <= Number.MIN_SAFE_INTEGER ? undefined : minimum;
  const high = maximum === undefined || maximum >= Number.MAX_SAFE_INTEGER ? undefined : maximum;
  const above = exclusiveMinimum === undefined ? undefined : ` above ${exclusiveMinimum}`;
  if (low !== undefined && high !== undefined) return ` from ${low} to ${high}`;
  const from = low === undefined ? (above ?? '') : ` of at least ${low}`;
  if (high === undefined) return from;
  return from === '' ? ` of at most ${high}` : `${from} and at most ${high}`;
}

function describeLength({ minItems, maxItems }: JsonSchema): string {
  if (minItems !== undefined && maxItems !== undefined) return ` of ${minItems} to ${maxItems}`;
  return minItems === undefined ? '' : ` of at least ${minItems}`;
}

function describeMapping(schema: JsonSchema): string {
  const fields = fieldNames(schema);
  return fields.length === 0 ? 'a mapping' : `a mapping of ${fields.join(', ')}`;
}

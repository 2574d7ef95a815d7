import { closest, distance } from 'fastest-levenshtein';
import type { Json, PropertySchema, Tool, ToolCall } from '../contract/dialogue.ts';

/**
 * What is wrong with a call by its tool's schema: one message that names every fault and how to
 * mend it; undefined when the call may be executed.
 */
export function checkCall(call: ToolCall, tools: readonly Tool[]): string | undefined {
  const tool = tools.find((candidate) => candidate.function.name === call.name);
  if (!tool) {
    const names = tools.map((candidate) => candidate.function.name);
    return `there is no tool '${call.name}'${suggest(call.name, names)}; tools: ${names.join(', ')}`;
  }
  const faults = checkArguments(call.arguments, tool);
  return faults.length === 0 ? undefined : `${call.name}: ${faults.join('; ')}`;
}

function checkArguments(given: Record<string, Json>, tool: Tool): string[] {
  const { properties, required = [] } = tool.function.parameters;
  const names = Object.keys(properties);
  const unknown = Object.keys(given)
    .filter((name) => !Object.hasOwn(properties, name))
    .map((name) => {
      return `there is no parameter '${name}'${suggest(name, names)}; parameters: ${names.join(', ')}`;
    });
  const wrong = Object.entries(properties).flatMap(([name, schema]) => {
    const value = given[name];
    if (value !== undefined) return checkValue(`'${name}'`, value, schema);
    return required.includes(name) ? [`'${name}' is missing: ${describe(schema)}`] : [];
  });
  return [...unknown, ...wrong];
}

function checkValue(where: string, value: Json, schema: PropertySchema): string[] {
  if (!fits(value, schema)) {
    return [`${where} must be ${describe(schema)}, not ${JSON.stringify(value)}`];
  }
  if (!Array.isArray(value) || !schema.items) return [];
  const { items } = schema;
  return value.flatMap((item, index) => checkValue(`item ${index + 1} of ${where}`, item, items));
}

function fits(value: Json, schema: PropertySchema): boolean {
  if (schema.enum && !schema.enum.includes(value)) return false;
  if (!hasType(value, schema.type)) return false;
  return !schema.pattern || (typeof value === 'string' && new RegExp(schema.pattern).test(value));
}

function hasType(value: Json, type: PropertySchema['type']): boolean {
  switch (type) {
    case undefined:
      return true;
    case 'integer':
      return Number.isInteger(value);
    case 'array':
      return Array.isArray(value);
    case 'object':
      return typeof value === 'object' && value !== null && !Array.isArray(value);
    case 'string':
    case 'number':
    case 'boolean':
      return typeof value === type;
  }
}

function describe({ type, enum: words, description }: PropertySchema): string {
  const kind = words
    ? `one of ${words.join(', ')}`
    : `${/^[aio]/.test(type ?? '') ? 'an' : 'a'} ${type ?? 'value'}`;
  return description === undefined ? kind : `${kind} (${description})`;
}

/** The nearest known name, unless it is too far off to have been meant. */
function suggest(name: string, names: readonly string[]): string {
  if (names.length === 0 || name.length > 64) return '';
  const nearest = closest(name, names);
  const allowed = Math.max(2, Math.floor(nearest.length / 2));
  return distance(name, nearest) <= allowed ? `, did you mean '${nearest}'?` : '';
}

/** A target as the outcomes of the decisions that write it. */

import type { Json, PropertySchema, ToolCall, ToolTable } from '../contract/dialogue.ts';
import { tokenize } from '../contract/tokens.ts';
import { formOf, MORE, TRUTHS } from './form-features.ts';

/** Ends a value, the arguments, or the calls. */
export const END = '<end>';

/** Outcomes in order, as texts: tool, then argument, form and tokens of each value, each list ended by `END`. */
export function writeScript(target: readonly ToolCall[], tools: ToolTable): string[] {
  const script: string[] = [];
  for (const call of target) {
    script.push(call.name);
    const tool = Object.hasOwn(tools, call.name) ? tools[call.name] : undefined;
    scriptArguments(call.arguments, tool?.function.parameters.properties ?? {}, script);
  }
  // The first call has to be made, so that no target is nothing but an end.
  if (target.length > 0) script.push(END);
  return script;
}

/** Arguments that the schema does not list, in alphabetical order. */
export function unlistedIn(
  given: Record<string, Json>,
  listed: Record<string, PropertySchema>,
): string[] {
  return Object.keys(given)
    .filter((name) => !Object.hasOwn(listed, name))
    .toSorted();
}

/** In the schema's order, then what it does not list. */
function scriptArguments(
  given: Record<string, Json>,
  listed: Record<string, PropertySchema>,
  script: string[],
): void {
  for (const name of [...Object.keys(listed), ...unlistedIn(given, listed)]) {
    const value = Object.hasOwn(given, name) ? given[name] : undefined;
    if (value === undefined) continue;
    script.push(name);
    scriptValue(value, listed[name] ?? {}, script);
  }
  script.push(END);
}

function scriptValue(value: Json, schema: PropertySchema, script: string[]): void {
  script.push(formOf(value, schema));
  if (value === null) return;
  if (Array.isArray(value)) {
    for (const item of value) {
      script.push(MORE);
      scriptValue(item, schema.items ?? {}, script);
    }
    script.push(END);
  } else if (typeof value === 'object') {
    scriptArguments(value, schema.properties ?? {}, script);
  } else if (typeof value === 'boolean') {
    script.push(value ? TRUTHS[0] : TRUTHS[1]);
  } else {
    script.push(...tokenize(String(value)), END);
  }
}

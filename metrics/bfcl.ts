/** Normal forms after the Berkeley Function-Calling Leaderboard: equal forms are right under its AST matching. */

import type { Json, ToolCall } from '../contract/dialogue.ts';

/** Function names are compared as they are; of arguments only the values are normalised. */
export function normaliseCall(call: ToolCall): ToolCall {
  const entries = Object.entries(call.arguments);
  return {
    name: call.name,
    arguments: Object.fromEntries(entries.map(([name, value]) => [name, normaliseValue(value)])),
  };
}

function normaliseValue(value: Json): Json {
  if (typeof value === 'string') return normaliseString(value);
  if (Array.isArray(value)) return value.map(normaliseValue);
  if (value === null || typeof value !== 'object') return value;
  const entries = Object.entries(value);
  return Object.fromEntries(entries.map(([key, item]) => [key, normaliseValue(item)]));
}

function normaliseString(text: string): string {
  return text
    .replace(/[ ,./\-_*^]/g, '')
    .toLowerCase()
    .replaceAll("'", '"');
}

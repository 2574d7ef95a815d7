/** Calls as text: `[Name(a='x', n=3, l=['a', 'b'], b=True)]`, the format of arXiv 2605.09734 with Python literals. */

import type { Json, ToolCall } from './dialogue.ts';

/** The calls of one turn in one pair of brackets; arguments in their own order. Pure ASCII quoting, any Unicode text. */
export function formatCalls(calls: readonly ToolCall[]): string {
  return `[${calls.map(formatCall).join(', ')}]`;
}

function formatCall(call: ToolCall): string {
  const given = Object.entries(call.arguments).map(([name, value]) => {
    return `${name}=${formatLiteral(value)}`;
  });
  return `${call.name}(${given.join(', ')})`;
}

/** A JSON value as a Python literal. */
export function formatLiteral(value: Json): string {
  if (value === null) return 'None';
  if (typeof value === 'boolean') return value ? 'True' : 'False';
  if (typeof value === 'number') return String(value);
  if (typeof value === 'string') return quote(value);
  if (Array.isArray(value)) return `[${value.map(formatLiteral).join(', ')}]`;
  const entries = Object.entries(value).map(([key, item]) => {
    return `${quote(key)}: ${formatLiteral(item)}`;
  });
  return `{${entries.join(', ')}}`;
}

const ESCAPES: Record<string, string> = {
  '\\': '\\\\',
  "'": "\\'",
  '\n': '\\n',
  '\r': '\\r',
  '\t': '\\t',
};

function quote(text: string): string {
  return `'${text.replace(/[\\'\n\r\t]/g, (character) => ESCAPES[character] ?? character)}'`;
}

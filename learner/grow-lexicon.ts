/** What a block adds to the lexicon before its first step. */

import type { Json, PropertySchema, ToolTable } from '../contract/dialogue.ts';
import { tokenize } from '../contract/tokens.ts';
import type { FittedExample } from './fit.ts';
import { addTo, type Lexicon } from './lexicon.ts';
import type { Model } from './model.ts';
import { unlistedIn } from './script.ts';
import { isWordy } from './tokens.ts';

/**
 * Adds the signs of the targets' values, and those words that do not stand in their prompt: words that do are to be
 * copied and not learned by heart.
 */
export function growLexicon(
  model: Model,
  examples: readonly FittedExample[],
  tools: ToolTable,
): void {
  for (const { prompt, rendered } of examples) {
    const standing = new Set(rendered.segments.flatMap((segment) => tokenize(segment.text)));
    const isWorth = (token: string): boolean => !standing.has(token) || !isWordy(token);
    for (const call of prompt.target) {
      const tool = Object.hasOwn(tools, call.name) ? tools[call.name] : undefined;
      const listed = tool?.function.parameters.properties ?? {};
      addArguments(model.lexicon, call.name, call.arguments, listed, isWorth);
    }
  }
}

function addArguments(
  lexicon: Lexicon,
  owner: string,
  given: Record<string, Json>,
  listed: Record<string, PropertySchema>,
  isWorth: (token: string) => boolean,
): void {
  for (const name of unlistedIn(given, listed)) addTo(lexicon.unlisted, owner, name);
  for (const [name, value] of Object.entries(given)) {
    addValue(lexicon, name, value, listed[name] ?? {}, isWorth);
  }
}

function addValue(
  lexicon: Lexicon,
  name: string,
  value: Json,
  schema: PropertySchema,
  isWorth: (token: string) => boolean,
): void {
  if (value === null || typeof value === 'boolean') return;
  if (Array.isArray(value)) {
    for (const item of value) addValue(lexicon, name, item, schema.items ?? {}, isWorth);
  } else if (typeof value === 'object') {
    addArguments(lexicon, name, value, schema.properties ?? {}, isWorth);
  } else {
    for (const token of tokenize(String(value)).filter(isWorth)) addTo(lexicon.tokens, name, token);
  }
}

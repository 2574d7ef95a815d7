/**
 * Tools with their behaviour: parameters declared once, as JSON Schema and as the types that the
 * behaviour sees.
 */

import type { Json, PropertySchema, Tool } from '../contract/dialogue.ts';

/** What a behaviour answers: the state after the call with its result, or why nothing was done. */
export type Effect<State> = { state: State; result: Json } | { error: string };

/** A tool that can be executed. `run` sees only arguments that fit the schema. */
export interface ToolWithBehaviour<State> {
  tool: Tool;
  run(state: State, given: Record<string, Json>): Effect<State>;
}

/** A parameter's schema; `Value` is the type its values have once they are checked. */
export interface Parameter<Value> {
  schema: PropertySchema;
  optional: boolean;
  /** Never there: it carries the type. */
  value?: Value;
}

type Parameters = Record<string, Parameter<Json | undefined>>;
type Given<P extends Parameters> = {
  [Name in keyof P]: P[Name] extends Parameter<infer V> ? V : never;
};

export function text(description: string, pattern?: string): Parameter<string> {
  const schema: PropertySchema = { type: 'string', description };
  return { schema: pattern === undefined ? schema : { ...schema, pattern }, optional: false };
}

export function integer(description: string): Parameter<number> {
  return { schema: { type: 'integer', description }, optional: false };
}

export function flag(description: string): Parameter<boolean> {
  return { schema: { type: 'boolean', description }, optional: false };
}

export function oneOf<const Word extends string>(
  description: string,
  words: readonly Word[],
): Parameter<Word> {
  return { schema: { type: 'string', description, enum: [...words] }, optional: false };
}

export function listOf<Item extends Json>(
  description: string,
  item: Parameter<Item>,
): Parameter<Item[]> {
  return { schema: { type: 'array', description, items: item.schema }, optional: false };
}

/** A tool named, described and made executable. */
export function defineTool<State, P extends Parameters>(
  name: string,
  description: string,
  parameters: P,
  behave: (state: State, given: Given<P>) => Effect<State>,
): ToolWithBehaviour<State> {
  const entries = Object.entries(parameters);
  const properties = Object.fromEntries(entries.map(([key, { schema }]) => [key, schema]));
  const required = entries.filter(([, { optional: may }]) => !may).map(([key]) => key);
  return {
    tool: {
      type: 'function',
      function: { name, description, parameters: { type: 'object', properties, required } },
    },
    run: (state, given) => behave(state, given as Given<P>),
  };
}

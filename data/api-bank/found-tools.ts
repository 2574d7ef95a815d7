import { z } from 'zod';
import { parseCalls } from '../../contract/call-text.ts';
import type { Json, PropertySchema, Tool } from '../../contract/dialogue.ts';

/**
 * The descriptions inside the training files' dialogues, which language models wrote: JSON before the first turn, and
 * Python literals or `API: ... | Description: ...` as what ToolSearcher found. What cannot be read describes no tool.
 */

const parameters = z.record(z.string(), z.unknown());
const described = z
  .object({
    name: z.string().min(1).optional(),
    apiCode: z.string().min(1).optional(),
    description: z.string().catch(''),
    input_parameters: parameters.optional().catch(undefined),
    parameters: parameters.optional().catch(undefined),
  })
  .transform(({ name, apiCode, description, ...inputs }, context): Tool => {
    const called = name ?? apiCode;
    if (called === undefined) context.addIssue('no name');
    const properties = Object.entries(inputs.input_parameters ?? inputs.parameters ?? {});
    return {
      type: 'function',
      function: {
        name: called ?? '',
        description,
        parameters: {
          type: 'object',
          properties: Object.fromEntries(properties.map(([key, about]) => [key, schemaOf(about)])),
        },
      },
    };
  });

const parameter = z.object({ type: z.string().catch(''), description: z.string().catch('') });

function schemaOf(about: unknown): PropertySchema {
  const { type, description } = parameter.safeParse(about).data ?? { type: '', description: '' };
  const known = TYPES.find(([pattern]) => pattern.test(type))?.[1];
  return { ...(known && { type: known }), ...(description !== '' && { description }) };
}

const TYPES: [RegExp, NonNullable<PropertySchema['type']>][] = [
  [/^(list|array|tuple|set)/i, 'array'],
  [/^(dict|object|json|map)/i, 'object'],
  [/^int/i, 'integer'],
  [/^(float|number|double|decimal)/i, 'number'],
  [/^bool/i, 'boolean'],
  [/^(str|text|date|time|email|url)/i, 'string'],
];

/** Of one JSON line before the first turn. */
export function readDescription(value: Json): Tool[] {
  const { data } = described.safeParse(value);
  return data ? [data] : [];
}

/** Of one result of ToolSearcher. */
export function readFoundTools(result: string): Tool[] {
  const piped = PIPED.exec(result);
  if (piped) {
    const [, name = '', description = '', inputs = ''] = piped;
    return readDescription({ name, description, input_parameters: readLiteral(inputs) ?? {} });
  }
  const value = readLiteral(result);
  if (value === undefined) return [];
  return Array.isArray(value) ? value.flatMap(readDescription) : readDescription(value);
}

const PIPED =
  /API:\s*(\w+)\s*\|\s*Description:\s*(.*?)\s*\|\s*Input parameters:\s*(\{.*?\})\s*(?:\||$)/s;
/** What they write for no parameters: a set, which JSON does not have. */
const NO_PARAMETERS = /\{\s*'none'\s*\}/gi;

/** A Python literal, read as the value of an argument; `str` without quotes is a text too. */
function readLiteral(text: string): Json | undefined {
  const [call] = parseCalls(`[f(v=${text.replace(NO_PARAMETERS, '{}')})]`, { lenient: true }).calls;
  return call?.arguments['v'];
}

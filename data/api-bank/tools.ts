import { z } from 'zod';
import type { PropertySchema, Tool } from '../../contract/dialogue.ts';
import { parseJson } from '../json.ts';
import { DataError, quoteShortly } from '../errors.ts';

const HEADING = 'API descriptions:';

const descriptionSchema = z.object({
  name: z.string().min(1),
  description: z.string(),
  input_parameters: z.record(z.string(), z.object({ type: z.string(), description: z.string() })),
});

const TYPES = new Map<string, PropertySchema>([
  ['str', { type: 'string' }],
  ['int', { type: 'integer' }],
  ['float', { type: 'number' }],
  ['bool', { type: 'boolean' }],
  ['list', { type: 'array' }],
  ['list(str)', { type: 'array', items: { type: 'string' } }],
  ['dict', { type: 'object' }],
]);

/**
 * The APIs that an entry's instruction describes, in its order, as tools. No parameter is `required`: API-Bank does not
 * say which are. Throws a `DataError` at the given position.
 */
export function readTools(file: string, position: string, instruction: string): Tool[] {
  const heading = instruction.indexOf(HEADING);
  const lines = heading < 0 ? [] : instruction.slice(heading + HEADING.length).split('\n');
  const tools = lines
    .filter((line) => line.trim() !== '')
    .map((line, index) => readTool(file, `${position}, API description ${index + 1}`, line));
  if (tools.length > 0) return tools;
  throw new DataError({
    file,
    position,
    expected: `'${HEADING}' and a JSON object a line after it`,
  });
}

function readTool(file: string, position: string, line: string): Tool {
  const result = descriptionSchema.safeParse(parseJson(file, line, position));
  if (!result.success) {
    const field = quoteShortly(result.error.issues[0]?.path.join('.') ?? '');
    const expected = 'name, description and input_parameters with type and description';
    throw new DataError({ file, position: `${position}, field ${field}`, expected });
  }
  const { name, description, input_parameters: inputs } = result.data;
  const properties = Object.entries(inputs).map(([parameter, { type, description: about }]) => {
    const schema = TYPES.get(type);
    if (schema) return [parameter, { ...schema, description: about }] as const;
    throw new DataError({
      file,
      position: `${position}, ${quoteShortly(`${name}.${parameter}`)}`,
      expected: `a type among ${[...TYPES.keys()].join(', ')}`,
      found: quoteShortly(type),
    });
  });
  const parameters = { type: 'object' as const, properties: Object.fromEntries(properties) };
  return { type: 'function', function: { name, description, parameters } };
}

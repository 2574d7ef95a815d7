import { z } from 'zod';
import type { Json, PropertySchema, Tool } from '../../contract/dialogue.ts';
import { parseJson } from '../json.ts';
import type { SuiteSource } from '../suite.ts';
import { decodeUtf8 } from '../utf8.ts';
import { type Place, readField } from './fields.ts';
import { CALL_NAME, NAME_PHRASE } from './names.ts';

/** JSON Schema as tools use it. Keywords that are not named here are kept as they are. */
const schema: z.ZodType<Written> = z.looseObject(
  {
    type: z.union([z.string(), z.array(z.string())], 'a type, or a list of types').optional(),
    description: z.string('a text').optional(),
    enum: z.array(z.json(), 'a list of values').optional(),
    pattern: z.string('a regular expression').optional(),
    required: z.array(z.string('the name of a property'), 'a list of names').optional(),
    get items() {
      return schema.optional();
    },
    get properties() {
      return z.record(z.string(), schema, 'a JSON Schema for every property').optional();
    },
    get anyOf() {
      return z.array(schema, 'a list of JSON Schemas').optional();
    },
  },
  'a JSON Schema',
);

interface Written {
  type?: string | string[] | undefined;
  properties?: Record<string, Written> | undefined;
  items?: Written | undefined;
  anyOf?: Written[] | undefined;
  [keyword: string]: unknown;
}

const name = z.string(NAME_PHRASE).regex(CALL_NAME, NAME_PHRASE);
const description = z.string('a text').default('');
const openAi = z.object({
  type: z.literal('function', '"function"'),
  function: z.object(
    { name, description, parameters: schema.optional() },
    'name, description and parameters',
  ),
});
const mcp = z.object({
  name,
  description,
  inputSchema: schema.optional(),
  parameters: schema.optional(),
});
const EXPECTED =
  "a tool as OpenAI's API ({type, function}) or MCP ({name, description, inputSchema}) describes it";
const anyTool = z.looseObject({}, EXPECTED);

/** Tools of a line, or of the tools file. Throws a `DataError`. */
export function readTools(values: readonly unknown[], at: Place, field: string): Tool[] {
  return values.map((value, index) => readTool(value, at, `${field}[${index}]`));
}

function readTool(value: unknown, at: Place, field: string): Tool {
  const written = readField(anyTool, value, at, field);
  if ('function' in written || 'type' in written) {
    const tool = readField(openAi, value, at, field).function;
    return createTool(tool.name, tool.description, tool.parameters);
  }
  const tool = readField(mcp, value, at, field);
  return createTool(tool.name, tool.description, tool.inputSchema ?? tool.parameters);
}

function createTool(called: string, about: string, parameters: Written = {}): Tool {
  const properties = normaliseAll(parameters.properties ?? {});
  return {
    type: 'function',
    function: {
      name: called,
      description: about,
      parameters: { ...parameters, type: 'object', properties },
    },
  };
}

function normaliseAll(properties: Record<string, Written>): Record<string, PropertySchema> {
  return Object.fromEntries(
    Object.entries(properties).map(([key, value]) => [key, normalise(value)]),
  );
}

const TYPES = ['string', 'integer', 'number', 'boolean', 'array', 'object'];

/** One type where there is one beside null: `["string", "null"]`, and `anyOf` with it, which Pydantic writes. */
function normalise(written: Written): PropertySchema {
  const { type: given, anyOf, ...rest } = written;
  const options = anyOf?.filter((option) => option.type !== 'null') ?? [];
  if (given === undefined && options.length === 1) return normalise({ ...options[0], ...rest });
  const types = [given ?? []].flat().filter((one) => TYPES.includes(one));
  const [type] = types;
  return {
    ...rest,
    ...(anyOf && { anyOf }),
    ...(type !== undefined && types.length === 1 && { type }),
    ...(written.items && { items: normalise(written.items) }),
    ...(written.properties && { properties: normaliseAll(written.properties) }),
  } as PropertySchema;
}

const toolsFile = z.union(
  [z.array(z.unknown()), z.object({ tools: z.array(z.unknown()) }).transform(({ tools }) => tools)],
  'a list of tools, or a mapping with them as tools',
);

/** The tools that every line without its own lists. */
export function readToolsFile({ name: file, bytes }: SuiteSource): Tool[] {
  const value: Json = parseJson(file, decodeUtf8(file, bytes));
  return readTools(readField(toolsFile, value, { file }), { file }, 'tools');
}

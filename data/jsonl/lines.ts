import { z } from 'zod';
import { canonicalJson } from '../../contract/digest.ts';
import type { Tool } from '../../contract/dialogue.ts';
import { nearestWord } from '../../spec/nearest.ts';
import { DOMAIN_PHRASE, isDomainName } from '../../spec/fields.ts';
import { DataError, quoteShortly } from '../errors.ts';
import { type JsonLine, readJsonLines } from '../json-lines.ts';
import type { PlacedExample } from '../source-examples.ts';
import type { JsonlSettings } from '../suite-settings.ts';
import type { SuiteSource } from '../suite.ts';
import { type Place, placeOf, readField } from './fields.ts';
import { type CallingTurn, findCallingTurns, messagesSchema } from './messages.ts';
import { readTools } from './tools.ts';

/** An example of a line, with what its split field says, and whether the line has an id. */
export interface JsonlExample extends PlacedExample {
  side: Side | undefined;
  isNamed: boolean;
}

export interface JsonlDialogue {
  examples: JsonlExample[];
  domain: string;
  /** What its prompts list. */
  tools: readonly Tool[];
}

const SIDES = ['train', 'held-out'] as const;
export type Side = (typeof SIDES)[number];

const lineSchema = z.looseObject(
  {
    id: z
      .union([z.string().min(1), z.int()], 'the name or number of a dialogue')
      .transform(String)
      .optional(),
    messages: messagesSchema,
    tools: z.array(z.unknown(), 'a list of tools').optional(),
    scenario: z.string('the name of a scenario').min(1, 'the name of a scenario').optional(),
  },
  'a JSON object with messages',
);
type Line = z.infer<typeof lineSchema>;

const domainName = z.string(DOMAIN_PHRASE).refine(isDomainName, DOMAIN_PHRASE);
const sideName = z.enum(SIDES, '"train" or "held-out"');

/** What the lines of one file have in common. */
interface Reading {
  file: string;
  /** The file's name without its ending. */
  stem: string;
  settings: JsonlSettings;
  /** The tools of lines without any. */
  common: readonly Tool[] | undefined;
  /** Examples so far, by what their ids begin with. */
  numbers: Map<string, number>;
  /** Lists of tools by their text: the same list stands in many lines. */
  lists: Map<string, readonly Tool[]>;
}

/** The dialogues of one file, a line each. Throws a `DataError` that names line and field. */
export function readDialogues(
  source: SuiteSource,
  settings: JsonlSettings,
  common: readonly Tool[] | undefined,
): JsonlDialogue[] {
  const file = source.name;
  const stem = file.replace(/\.jsonl$/, '');
  const reading = { file, stem, settings, common, numbers: new Map(), lists: new Map() };
  return readJsonLines(source).map((line) => readDialogue(reading, line));
}

function readDialogue(reading: Reading, { line, value }: JsonLine): JsonlDialogue {
  const { file, stem, settings } = reading;
  const at: Place = { file, line: `line ${line}` };
  const written = readField(lineSchema, value, at);
  const tools = readListing(reading, written, at);
  const { splitField } = settings;
  const side = splitField === undefined ? undefined : readNamed(sideName, written, splitField, at);
  const domain = readDomain(settings, stem, written, at);
  const isNamed = written.id !== undefined;
  const dialogue = written.id ?? `${stem}/${line}`;
  const { scenario } = written;
  const examples = findCallingTurns(written.messages, at).map((turn): JsonlExample => {
    checkCalls(turn, tools, at);
    const id = nextId(reading, isNamed ? `${stem}/${dialogue}` : dialogue);
    const { messages, target, index } = turn;
    const listed = [...new Set(tools.map((tool) => tool.function.name))];
    const content = JSON.stringify([domain, messages, canonicalJson(target), listed]);
    const example = { id, dialogue, messages, tools: listed, target };
    const place = { file, position: `line ${line}`, turn: index };
    return { example, domain, side, isNamed, scenario, described: tools, content, ...place };
  });
  return { examples, domain, tools };
}

function nextId({ numbers }: Reading, name: string): string {
  const number = numbers.get(name) ?? 0;
  numbers.set(name, number + 1);
  return `${name}#${number}`;
}

function readListing({ lists, common }: Reading, line: Line, at: Place): readonly Tool[] {
  if (line.tools) {
    const text = JSON.stringify(line.tools);
    const tools = lists.get(text) ?? readTools(line.tools, at, 'tools');
    lists.set(text, tools);
    return tools;
  }
  if (common) return common;
  const hint = 'List them in every line, or once in tools.json';
  const position = placeOf(at, 'tools');
  throw new DataError({ file: at.file, position, expected: 'tools', found: 'none', hint });
}

function readNamed<T>(schema: z.ZodType<T>, line: Line, field: string, at: Place): T {
  const value = Object.hasOwn(line, field) ? line[field] : undefined;
  return readField(schema, value, at, field);
}

function readDomain({ domainField }: JsonlSettings, stem: string, line: Line, at: Place): string {
  if (domainField !== undefined) return readNamed(domainName, line, domainField, at);
  if (isDomainName(stem)) return stem;
  throw new DataError({
    file: at.file,
    expected: `a file named after its domain, ${DOMAIN_PHRASE}`,
    found: quoteShortly(stem),
    hint: 'Rename it, or name the field that holds the domain as suite.domainField',
  });
}

function checkCalls({ index, target }: CallingTurn, tools: readonly Tool[], at: Place): void {
  const names = tools.map((tool) => tool.function.name);
  for (const [number, { name }] of target.entries()) {
    if (names.includes(name)) continue;
    const near = nearestWord(name, names);
    throw new DataError({
      file: at.file,
      position: placeOf(at, `messages[${index}].tool_calls[${number}].function.name`),
      expected: 'a tool that is described',
      found: quoteShortly(name),
      ...(near !== undefined && { hint: `Did you mean ${quoteShortly(near)}` }),
    });
  }
}

import { parseCalls } from '../../contract/call-text.ts';
import { sha256Hex } from '../../contract/digest.ts';
import type { Message, Tool } from '../../contract/dialogue.ts';
import { parseJson } from '../json.ts';
import { countReasons, type SourceData, type SourceExample } from '../source-examples.ts';
import type { SuiteSource } from '../suite.ts';
import { entryPosition, readTrainingEntries, type TrainingEntry } from './entries.ts';
import { readDescription, readFoundTools } from './found-tools.ts';
import { readMessages, TRAINING_PROMPT, TurnError } from './messages.ts';

/** Level 3 as next calls, from API-Bank's repository. */
export const LEVEL_THREE_FILE = 'lv3-api-train.json';
/** The training files of API-Bank's data set on the hub: arXiv 2605.09734 used these. */
export const HUB_FILES = ['lv1-train.json', 'lv2-train.json', 'lv3-train.json'];

/** Training entries, with their texts for whoever weighs them. */
export interface TrainingData extends SourceData {
  texts: TrainingEntry[];
}

/**
 * Reads the training files. Language models wrote them: entries that hold no call, or cannot be read, are left out and
 * counted. Files give no dialogue ids: entries with one first user turn are one dialogue. Throws a `DataError` on a file
 * that is none of them.
 */
export function readTraining(sources: readonly SuiteSource[]): TrainingData {
  const numbers = new Map<string, number>();
  const texts: TrainingEntry[] = [];
  const examples: SourceExample[] = [];
  const reasons: string[] = [];
  for (const source of sources) {
    for (const [index, entry] of readTrainingEntries(source).entries()) {
      texts.push(entry);
      const dialogue = dialogueOf(entry.input);
      const number = numbers.get(dialogue) ?? 0;
      const read = readExample(entry, `${dialogue}#${number}`, dialogue);
      if (typeof read === 'string') {
        reasons.push(read);
        continue;
      }
      numbers.set(dialogue, number + 1);
      examples.push({ ...read, file: source.name, position: entryPosition(index) });
    }
  }
  const withTrace = texts.filter(({ input }) => /^API-Request:/m.test(input)).length;
  const entries = { total: texts.length, withTrace, withoutTrace: texts.length - withTrace };
  return { texts, examples, leftOut: countReasons(reasons), entries };
}

/** An example, or why there is none. */
function readExample(
  { input, output }: TrainingEntry,
  id: string,
  dialogue: string,
): Omit<SourceExample, 'file' | 'position'> | string {
  const target = parseCalls(output, { lenient: true }).calls;
  const [first] = target;
  if (!first) return 'without a call that parses';
  const { heading, turns } = splitHeading(input);
  const messages = readTurns(turns);
  if (!messages) return 'with an earlier call that does not parse';
  const described = [...heading.flatMap(readHeading), ...findTools(messages)];
  const tools = [...new Set(described.map((tool) => tool.function.name))];
  if (!target.every(({ name }) => tools.includes(name))) return 'calling what nothing describes';
  return {
    example: { id, dialogue, messages, tools, target },
    turn: messages.length,
    described,
    content: JSON.stringify([input, output]),
  };
}

/** Of the first user turn: the same for every entry of a dialogue, and for another dialogue that opens alike. */
function dialogueOf(input: string): string {
  const first = /^User:.*$/m.exec(input)?.[0] ?? input;
  return sha256Hex(first).slice(0, 12);
}

function splitHeading(input: string): { heading: string[]; turns: string } {
  const lines = input.split('\n');
  const first = lines.findIndex((line) => line.trim() !== '' && !line.startsWith('{'));
  const at = first < 0 ? lines.length : first;
  return { heading: lines.slice(0, at), turns: lines.slice(at).join('\n') };
}

function readHeading(line: string): Tool[] {
  if (line.trim() === '') return [];
  try {
    return readDescription(parseJson('', line));
  } catch {
    return [];
  }
}

function readTurns(turns: string): Message[] | undefined {
  try {
    return readMessages(turns, TRAINING_PROMPT, true);
  } catch (error) {
    if (error instanceof TurnError) return undefined;
    throw error;
  }
}

/** The tools that ToolSearcher has found so far. */
function findTools(messages: readonly Message[]): Tool[] {
  return messages.flatMap((message, index) => {
    const before = messages[index - 1];
    if (message.role !== 'tool' || before?.role !== 'assistant') return [];
    const isSearch = before.tool_calls?.some((call) => call.function.name === TOOL_SEARCHER);
    return isSearch ? readFoundTools(message.content) : [];
  });
}

const TOOL_SEARCHER = 'ToolSearcher';

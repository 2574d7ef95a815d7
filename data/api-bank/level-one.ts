import { parseCalls } from '../../contract/call-text.ts';
import type { Message, ToolCall } from '../../contract/dialogue.ts';
import { DataError, quoteShortly } from '../errors.ts';
import type { SourceExample } from '../source-examples.ts';
import type { SuiteSource } from '../suite.ts';
import { domainOfApi } from './domains.ts';
import { entryPosition, type LevelOneEntry, readLevelOneEntries } from './entries.ts';
import { readMessages, TurnError } from './messages.ts';
import { readTools } from './tools.ts';

/** Where levels 1 and 2 lie as next calls. */
export const LEVEL_ONE_FILE = 'level-1-api.json';

/** The entries of the level-1 file as examples. Throws a `DataError` that names the field at fault. */
export function readLevelOne(source: SuiteSource): SourceExample[] {
  return readLevelOneEntries(source).map((entry, index) => readExample(source.name, entry, index));
}

function readExample(file: string, entry: LevelOneEntry, index: number): SourceExample {
  const target = readGold(file, entry, index);
  const described = readTools(file, entryPosition(index, 'instruction'), entry.instruction);
  const tools = described.map((tool) => tool.function.name);
  const api = target[0].name;
  const isKnown = domainOfApi(api) !== undefined;
  if (!isKnown || !tools.includes(api)) {
    throw new DataError({
      file,
      position: entryPosition(index, 'expected_output'),
      expected: isKnown
        ? 'a call of an API that the instruction describes'
        : "a call of an API of API-Bank's level 1 or 2",
      found: quoteShortly(api),
    });
  }
  const dialogue = entry.file.replace(/\.jsonl$/, '');
  const messages = readDialogue(file, entry, index);
  return {
    example: { id: `${dialogue}#${entry.id}`, dialogue, messages, tools, target },
    scenario: scenarioOf(dialogue),
    turn: entry.id,
    described,
    content: JSON.stringify([dialogue, entry.instruction, entry.input, entry.expected_output]),
    file,
    position: entryPosition(index),
  };
}

/** A dialogue's file is named `<scenario>-level-<level>-<number>`. */
export function scenarioOf(dialogue: string): string {
  return dialogue.replace(/-level-.*$/s, '');
}

/** At least one call. Values stay the strings that API-Bank writes them as. */
function readGold(file: string, entry: LevelOneEntry, index: number): [ToolCall, ...ToolCall[]] {
  const { calls, error } = parseCalls(entry.expected_output);
  const [first, ...others] = calls;
  if (first) return [first, ...others];
  throw new DataError({
    file,
    position: entryPosition(index, 'expected_output'),
    expected: "a gold call like API-Request: [Name(parameter='value')]",
    found: quoteShortly(entry.expected_output),
    ...(error === undefined ? {} : { hint: `It does not parse: ${error}` }),
  });
}

function readDialogue(file: string, entry: LevelOneEntry, index: number): Message[] {
  try {
    return readMessages(entry.input);
  } catch (error) {
    if (!(error instanceof TurnError)) throw error;
    const position = entryPosition(index, 'input');
    throw new DataError({ file, position, expected: error.message });
  }
}

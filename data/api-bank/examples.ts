import { parseCalls } from '../../contract/call-text.ts';
import type { Example, Message, Tool, ToolCall } from '../../contract/dialogue.ts';
import { DataError, quoteShortly } from '../errors.ts';
import { type Domain, domainOfApi } from './domains.ts';
import { type ApiBankEntry, entryPosition } from './entries.ts';
import { readMessages, TurnError } from './messages.ts';
import { readTools } from './tools.ts';

export interface ReadExample {
  /** Of the API that is to be called. */
  domain: Domain;
  /** Lists the APIs of its own instruction. */
  example: Example;
  described: Tool[];
  /** Equal in entries that say the same: everything but the id. */
  content: string;
}

/** An entry as an example. Throws a `DataError` that names the field at fault. */
export function readExample(file: string, entry: ApiBankEntry, index: number): ReadExample {
  const target = readGold(file, entry, index);
  const described = readTools(file, entryPosition(index, 'instruction'), entry.instruction);
  const tools = described.map((tool) => tool.function.name);
  const api = target[0].name;
  const domain = domainOfApi(api);
  if (domain === undefined || !tools.includes(api)) {
    throw new DataError({
      file,
      position: entryPosition(index, 'expected_output'),
      expected: domain
        ? 'a call of an API that the instruction describes'
        : "a call of an API of API-Bank's level 1 or 2",
      found: quoteShortly(api),
    });
  }
  const dialogue = entry.file.replace(/\.jsonl$/, '');
  const messages = readDialogue(file, entry, index);
  return {
    domain,
    example: { id: `${dialogue}#${entry.id}`, dialogue, messages, tools, target },
    described,
    content: JSON.stringify([dialogue, entry.instruction, entry.input, entry.expected_output]),
  };
}

/** At least one call. Values stay the strings that API-Bank writes them as. */
function readGold(file: string, entry: ApiBankEntry, index: number): [ToolCall, ...ToolCall[]] {
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

function readDialogue(file: string, entry: ApiBankEntry, index: number): Message[] {
  try {
    return readMessages(entry.input);
  } catch (error) {
    if (!(error instanceof TurnError)) throw error;
    const position = entryPosition(index, 'input');
    throw new DataError({ file, position, expected: error.message });
  }
}

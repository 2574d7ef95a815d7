import { parseCalls } from '../../contract/call-text.ts';
import { canonicalJson } from '../../contract/digest.ts';
import type { Message, ToolCall } from '../../contract/dialogue.ts';

/** Ours: the format of the answer, and the one fact that API-Bank's own prompt gives. */
const ANSWER_FORMAT =
  "Answer with the next API call, as [ApiName(param1='value1', param2='value2')].";

/** API-Bank's levels 1 and 2 play in that year; the training files tell the time in the dialogue. */
export const LEVEL_ONE_PROMPT: Message = {
  role: 'system',
  content: `${ANSWER_FORMAT} The current year is 2023.`,
};
export const TRAINING_PROMPT: Message = { role: 'system', content: ANSWER_FORMAT };

const TURN = /^(User|AI|API-Request|Generate API Request|Generate AI Response):[ ]?/;

/** Why a dialogue's text is not one: completes `expected ...`. */
export class TurnError extends Error {}

/**
 * A dialogue's text as chat messages, a message a turn: an earlier call and what the AI says before it stay two
 * messages, because chat templates of several models drop the content of a message that calls. A line that opens no
 * turn goes on with the one before. `lenient` takes unquoted values in earlier calls. Throws a `TurnError`.
 */
export function readMessages(input: string, system = LEVEL_ONE_PROMPT, lenient = false): Message[] {
  const messages: Message[] = [system];
  let calls = 0;
  for (const { speaker, text } of splitTurns(input)) {
    if (speaker === 'User') messages.push({ role: 'user', content: text });
    else if (speaker === 'AI') messages.push({ role: 'assistant', content: text });
    else if (speaker === 'API-Request') messages.push(...readTrace(text, ++calls, lenient));
  }
  return messages;
}

interface Turn {
  speaker: string;
  text: string;
}

function splitTurns(input: string): Turn[] {
  const turns: Turn[] = [];
  for (const line of input.trimEnd().split('\n')) {
    const opening = TURN.exec(line);
    const open = turns.at(-1);
    if (opening?.[1] !== undefined) {
      turns.push({ speaker: opening[1], text: line.slice(opening[0].length) });
    } else if (open) {
      open.text += `\n${line}`;
    } else if (line.trim() !== '') {
      throw new TurnError(`a first line that opens with 'User:', 'AI:' or 'API-Request:'`);
    }
  }
  return turns;
}

/** `[Name(...)]->result`. */
function readTrace(text: string, number: number, lenient: boolean): Message[] {
  const { calls, error, end } = parseCalls(text, { lenient });
  const [call] = calls;
  if (!call || calls.length > 1 || !text.startsWith('->', end)) {
    throw new TurnError(`an earlier call like [Name(...)]->result${error ? ` (${error})` : ''}`);
  }
  return traceMessages(call, text.slice(end + 2), number);
}

/** A dialogue's call of this number as the assistant's message, its result as the tool's. */
export function traceMessages(call: ToolCall, result: string, number: number): Message[] {
  // Nine letters and digits: what the strictest chat templates take as an id.
  const id = `call${String(number).padStart(5, '0')}`;
  const wire = { name: call.name, arguments: canonicalJson(call.arguments) };
  return [
    { role: 'assistant', content: null, tool_calls: [{ id, type: 'function', function: wire }] },
    { role: 'tool', tool_call_id: id, content: result },
  ];
}

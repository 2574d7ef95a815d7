import { z } from 'zod';
import { canonicalJson } from '../../contract/digest.ts';
import type { Json, Message, MessageToolCall, ToolCall } from '../../contract/dialogue.ts';
import { DataError, quoteShortly } from '../errors.ts';
import { parseJson } from '../json.ts';
import { type Place, placeOf } from './fields.ts';
import { CALL_NAME, NAME_PHRASE } from './names.ts';

/** OpenAI's chat messages, as far as dialogues of text and calls need them. Messages of errors complete "expected ...". */
const part = z.object({ type: z.literal('text'), text: z.string() });
const text = z.union(
  [z.string(), z.array(part).transform((parts) => parts.map((one) => one.text).join(''))],
  'a text, or parts of type text',
);
const record = z.record(z.string(), z.json());
const call = z.object(
  {
    id: z.string('the id of the call').min(1, 'the id of the call'),
    type: z.literal('function', '"function"').optional(),
    function: z.object(
      {
        name: z.string(NAME_PHRASE).regex(CALL_NAME, NAME_PHRASE),
        arguments: z.union([z.string(), record], 'a JSON object, or its text'),
      },
      'name and arguments of a function',
    ),
  },
  'a call: id, type and function',
);
const message = z.discriminatedUnion(
  'role',
  [
    z.object({ role: z.enum(['system', 'developer', 'user']), content: text }),
    z.object({
      role: z.literal('assistant'),
      content: text.nullish(),
      tool_calls: z.array(call, 'a list of calls').nullish(),
    }),
    z.object({
      role: z.literal('tool'),
      tool_call_id: z.string('the id of the call that it answers'),
      content: text,
    }),
  ],
  'a message of role system, developer, user, assistant or tool',
);
export const messagesSchema = z.array(message, 'a list of messages').min(1, 'at least one message');
type WrittenMessage = z.infer<typeof message>;

/** A turn of the assistant that calls, with everything before it. */
export interface CallingTurn {
  /** From 0, in the line's messages. */
  index: number;
  messages: Message[];
  target: ToolCall[];
}

interface Reading {
  readonly at: Place;
  readonly messages: Message[];
  readonly turns: CallingTurn[];
  /** Calls without an answer so far: the id as written to the one given here. */
  readonly open: Map<string, string>;
  calls: number;
}

/**
 * The turns that call. What the assistant says in a turn that calls is a message of its own before the call, for later
 * turns; it is no part of that turn's prompt. Calls are numbered anew: the ids are valid for every chat template. Throws
 * a `DataError` on arguments that are no JSON object, and on calls and answers that do not belong together.
 */
export function findCallingTurns(written: readonly WrittenMessage[], at: Place): CallingTurn[] {
  const reading: Reading = { at, messages: [], turns: [], open: new Map(), calls: 0 };
  for (const [index, item] of written.entries()) {
    if (item.role === 'tool') {
      answerCall(reading, item, index);
      continue;
    }
    requireAnswers(reading, index);
    if (item.role === 'assistant') readAssistant(reading, item, index);
    else {
      const role = item.role === 'user' ? 'user' : 'system';
      reading.messages.push({ role, content: item.content });
    }
  }
  return reading.turns;
}

function readAssistant(
  reading: Reading,
  { content, tool_calls: calls }: Extract<WrittenMessage, { role: 'assistant' }>,
  index: number,
): void {
  const { messages, turns } = reading;
  if (!calls || calls.length === 0) {
    messages.push({ role: 'assistant', content: content ?? '' });
    return;
  }
  if (messages.length === 0) fail(reading.at, 'messages[0]', 'a message before a call', 'a call');
  const target = calls.map((one, number) => {
    return readCall(one, reading.at, `messages[${index}].tool_calls[${number}]`);
  });
  turns.push({ index, messages: [...messages], target });
  if (content) messages.push({ role: 'assistant', content });
  const wire = target.map((one, number): MessageToolCall => {
    const field = `messages[${index}].tool_calls[${number}].id`;
    const id = openCall(reading, calls[number]?.id ?? '', field);
    const args = canonicalJson(one.arguments);
    return { id, type: 'function', function: { name: one.name, arguments: args } };
  });
  messages.push({ role: 'assistant', content: null, tool_calls: wire });
}

function readCall(
  { function: { name, arguments: given } }: z.infer<typeof call>,
  at: Place,
  where: string,
): ToolCall {
  const field = `${where}.function.arguments`;
  const value = typeof given === 'string' ? parseJson(at.file, given, placeOf(at, field)) : given;
  if (!isRecord(value)) fail(at, field, 'a JSON object', quoteShortly(value));
  const odd = Object.keys(value).find((key) => !CALL_NAME.test(key));
  if (odd !== undefined) {
    fail(at, field, `every argument to have ${NAME_PHRASE}`, quoteShortly(odd));
  }
  return { name, arguments: value };
}

function isRecord(value: Json): value is { [key: string]: Json } {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function openCall(reading: Reading, given: string, field: string): string {
  if (reading.open.has(given)) fail(reading.at, field, 'an id of its own', quoteShortly(given));
  const id = `call${String(++reading.calls).padStart(5, '0')}`;
  reading.open.set(given, id);
  return id;
}

function answerCall(
  { at, open, messages }: Reading,
  { tool_call_id: given, content }: Extract<WrittenMessage, { role: 'tool' }>,
  index: number,
): void {
  const id = open.get(given);
  if (id === undefined) {
    const field = `messages[${index}].tool_call_id`;
    fail(at, field, 'the id of a call that waits for its answer', quoteShortly(given));
  }
  open.delete(given);
  messages.push({ role: 'tool', tool_call_id: id, content });
}

function requireAnswers({ at, open }: Reading, index: number): void {
  const [given] = open.keys();
  if (given === undefined) return;
  const expected = `a tool message that answers ${quoteShortly(given)}`;
  fail(at, `messages[${index}]`, expected, 'another message');
}

function fail(at: Place, field: string, expected: string, found: string): never {
  throw new DataError({ file: at.file, position: placeOf(at, field), expected, found });
}

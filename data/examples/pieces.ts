import { formatCalls } from '../../contract/call-text.ts';
import type { Json, Message, MessageToolCall } from '../../contract/dialogue.ts';

/** What one speaker says in one piece, as a person reads it. */
export interface Piece {
  role: 'system' | 'user' | 'assistant' | 'call' | 'result';
  text: string;
  /** From 0, oldest first: a message and the results of its calls, which a trainer cuts together. Null: never cut. */
  turn: number | null;
}

/** A prompt in pieces; a message that speaks and calls makes two. */
export function splitMessages(messages: readonly Message[]): Piece[] {
  let turn = -1;
  return messages.flatMap((message, place): Piece[] => {
    if (message.role === 'system' && place === 0)
      return [{ role: 'system', text: message.content, turn: null }];
    if (message.role !== 'tool' || turn < 0) turn++;
    return readMessage(message).map((piece) => ({ ...piece, turn }));
  });
}

function readMessage(message: Message): Omit<Piece, 'turn'>[] {
  if (message.role === 'tool') return [{ role: 'result', text: message.content }];
  if (message.role !== 'assistant') return [{ role: message.role, text: message.content }];
  const { content, tool_calls: calls = [] } = message;
  return [
    ...(content ? [{ role: 'assistant' as const, text: content }] : []),
    ...(calls.length > 0
      ? [{ role: 'call' as const, text: formatCalls(calls.map(readCall)) }]
      : []),
  ];
}

function readCall({ function: { name, arguments: text } }: MessageToolCall) {
  return { name, arguments: JSON.parse(text) as Record<string, Json> };
}

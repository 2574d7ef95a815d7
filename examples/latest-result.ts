import type { Message } from '../contract/dialogue.ts';
import type { CustomRender } from '../data/conditions.ts';

/** Keeps the latest earlier call with its result, and takes out those before it. */
export const render: CustomRender = ({ messages }) => {
  const calls = messages.flatMap((message) => ('tool_calls' in message ? [message] : []));
  const kept = new Set(calls.at(-1)?.tool_calls?.map(({ id }) => id));
  return messages.flatMap((message): Message[] => {
    if (message.role === 'tool') return kept.has(message.tool_call_id) ? [message] : [];
    if (message.role !== 'assistant' || !message.tool_calls) return [message];
    if (message === calls.at(-1)) return [message];
    return message.content ? [{ role: 'assistant', content: message.content }] : [];
  });
};

import type { Example, Message } from '../../contract/dialogue.ts';

/** Takes out earlier calls and their results and nothing else: what an assistant said beside a call stays. */
export function stripTrace(example: Example): Example {
  const messages = example.messages.flatMap((message): Message[] => {
    if (message.role === 'tool') return [];
    if (message.role !== 'assistant' || !message.tool_calls) return [message];
    return message.content ? [{ role: 'assistant', content: message.content }] : [];
  });
  return { ...example, messages };
}

import { formatCalls } from '../../contract/call-text.ts';
import type { Example, Json, Message, MessageToolCall } from '../../contract/dialogue.ts';
import { countTokens } from '../../contract/tokens.ts';

/** Says nothing about any tool, value or user. */
const NEUTRAL =
  'the clouds drift on over the quiet hills and the river goes its slow way down to the wide grey sea while'.split(
    ' ',
  );

/**
 * Puts neutral text of as many tokens in the place of each earlier call and each result: the same length, nothing to learn
 * from. Tokens are those of `contract/tokens.ts`; another tokenizer's count comes close, and `ratchet plan` prints it.
 */
export function fillTrace(example: Example): Example {
  const messages = example.messages.flatMap((message): Message[] => {
    if (message.role === 'tool') return [neutralMessage(countTokens(message.content))];
    if (message.role !== 'assistant' || !message.tool_calls) return [message];
    const said: Message[] = message.content
      ? [{ role: 'assistant', content: message.content }]
      : [];
    return [...said, neutralMessage(countTokens(formatCalls(message.tool_calls.map(readCall))))];
  });
  return { ...example, messages };
}

function neutralMessage(tokens: number): Message {
  const words = Array.from({ length: tokens }, (_, index) => NEUTRAL[index % NEUTRAL.length]);
  return { role: 'assistant', content: words.join(' ') };
}

function readCall({ function: { name, arguments: text } }: MessageToolCall): {
  name: string;
  arguments: Record<string, Json>;
} {
  return { name, arguments: JSON.parse(text) as Record<string, Json> };
}

import type { Example, Message } from '../contract/dialogue.ts';

/** How a condition renders examples. */
export interface Rendering {
  /** Earlier calls and their results: left as they are, or taken out. */
  trace: 'keep' | 'strip';
}

type RenderTrace = (messages: readonly Message[]) => Message[];

const TRACE_RENDERERS: Record<Rendering['trace'], RenderTrace> = {
  keep: (messages) => [...messages],
  strip: stripTrace,
};

/** The example under a condition: its messages may change, what is to be predicted never does. */
export function renderExample(example: Example, rendering: Rendering): Example {
  return { ...example, messages: TRACE_RENDERERS[rendering.trace](example.messages) };
}

/** Takes out earlier calls and their results and nothing else: what an assistant said beside a call stays. */
function stripTrace(messages: readonly Message[]): Message[] {
  return messages.flatMap((message): Message[] => {
    if (message.role === 'tool') return [];
    if (message.role !== 'assistant' || !message.tool_calls) return [message];
    return message.content ? [{ role: 'assistant', content: message.content }] : [];
  });
}

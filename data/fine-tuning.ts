import { canonicalJson } from '../contract/digest.ts';
import type { Example, Message, Tool, ToolTable } from '../contract/dialogue.ts';

/** One line of OpenAI's fine-tuning format for chats with tools. */
export interface FineTuningLine {
  /** The last one is the assistant's, with the calls to learn. */
  messages: Message[];
  tools: Tool[];
}

/** An example as a fine-tuning line. Throws a RangeError when the table lacks one of its tools. */
export function toFineTuningLine(example: Example, tools: ToolTable): FineTuningLine {
  const listed = example.tools.map((name) => {
    const tool = tools[name];
    if (!tool) throw new RangeError(`example '${example.id}' lists the unknown tool '${name}'`);
    return tool;
  });
  return { messages: [...example.messages, targetOf(example)], tools: listed };
}

function targetOf({ target, completion }: Example): Message {
  if (completion !== undefined) return { role: 'assistant', content: completion };
  const calls = target.map((call, index) => ({
    id: `target${String(index + 1).padStart(3, '0')}`,
    type: 'function' as const,
    function: { name: call.name, arguments: canonicalJson(call.arguments) },
  }));
  return { role: 'assistant', content: null, tool_calls: calls };
}

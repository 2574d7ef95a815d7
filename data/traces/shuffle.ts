import type { Example, Message } from '../../contract/dialogue.ts';
import { createRandom, deriveSeed } from '../../contract/random.ts';
import type { RenderedTraces } from './render-trace.ts';

/**
 * Replaces every earlier result by a different one of the same tool from another dialogue of this side and domain; calls
 * stay. The same result of one dialogue is replaced alike in all its prompts. Where no other dialogue has a different
 * result, it stays and is counted.
 */
export function shuffleTraces(examples: readonly Example[], seed: number): RenderedTraces {
  const pool = collectResults(examples);
  let unshuffled = 0;
  const shuffled = examples.map((example) => {
    const toolOf = toolOfCalls(example.messages);
    const messages = example.messages.map((message, place): Message => {
      if (message.role !== 'tool') return message;
      const { content } = message;
      const tool = toolOf.get(message.tool_call_id) ?? '';
      const others = (pool.get(tool) ?? []).filter(
        (result) => result.dialogue !== example.dialogue && result.content !== content,
      );
      if (others.length === 0) {
        unshuffled++;
        return message;
      }
      const draw = createRandom(deriveSeed(seed, example.dialogue, place, tool, content));
      return { ...message, content: draw.pick(others).content };
    });
    return { ...example, messages };
  });
  return { examples: shuffled, unshuffled };
}

interface Result {
  dialogue: string;
  content: string;
}

/** By tool, each result of a dialogue once, in the order of the examples. */
function collectResults(examples: readonly Example[]): Map<string, Result[]> {
  const pool = new Map<string, Map<string, Result>>();
  for (const { dialogue, messages } of examples) {
    const toolOf = toolOfCalls(messages);
    for (const message of messages) {
      if (message.role !== 'tool') continue;
      const tool = toolOf.get(message.tool_call_id) ?? '';
      const results = pool.get(tool) ?? new Map<string, Result>();
      pool.set(tool, results);
      const { content } = message;
      results.set(JSON.stringify([dialogue, content]), { dialogue, content });
    }
  }
  return new Map([...pool].map(([tool, results]) => [tool, [...results.values()]]));
}

function toolOfCalls(messages: readonly Message[]): Map<string, string> {
  const calls = messages.flatMap((message) =>
    message.role === 'assistant' ? (message.tool_calls ?? []) : [],
  );
  return new Map(calls.map((call) => [call.id, call.function.name]));
}

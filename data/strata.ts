import type { Example, Json, Message, ToolCall } from '../contract/dialogue.ts';
import { canonicalJson } from '../contract/digest.ts';
import type { ExampleStrata, TargetStratum, TraceStratum } from '../contract/strata.ts';
import { targetText } from './baselines.ts';
import { stripTrace } from './traces/strip.ts';

/**
 * Where held-out examples stand, whatever the condition: what the trace could add to their prompt, and what of their target
 * the training targets of the same split hold.
 *
 * @param heldOut with the whole trace
 * @param train of all domains of the stream
 */
export function stratifyExamples(
  heldOut: readonly Example[],
  train: readonly Pick<Example, 'target'>[],
): ExampleStrata[] {
  const seen = new Set(train.map(({ target }) => targetText(target)));
  const taught = new Set(train.flatMap(({ target }) => target.map(({ name }) => name)));
  const targetStratumOf = (target: readonly ToolCall[]): TargetStratum => {
    if (seen.has(targetText(target))) return 'seen';
    return target.every(({ name }) => taught.has(name)) ? 'novel' : 'new-tool';
  };
  return heldOut.map((example) => ({
    id: example.id,
    trace: stratumOf(example),
    target: targetStratumOf(example.target),
  }));
}

function stratumOf(example: Example): TraceStratum {
  const stripped = stripTrace(example);
  if (canonicalJson(stripped.messages) === canonicalJson(example.messages)) return 'identical';
  if (isCopyable(example.target, stripped.messages)) return 'both';
  return isCopyable(example.target, example.messages) ? 'trace-only' : 'neither';
}

/**
 * Whether every value of the target's arguments stands verbatim in the messages, as a word or words of its own: what a
 * learner could at best copy. Values inside lists and objects count one by one, numbers and truth values as JSON writes
 * them; a target without values can always be copied.
 */
export function isCopyable(target: readonly ToolCall[], messages: readonly Message[]): boolean {
  const text = messages.flatMap(textsOf).join('\n');
  return target.flatMap((call) => valuesOf(call.arguments)).every((value) => standsIn(text, value));
}

function textsOf(message: Message): string[] {
  const calls = message.role === 'assistant' ? (message.tool_calls ?? []) : [];
  const values = calls.flatMap((call) => valuesOf(JSON.parse(call.function.arguments) as Json));
  return [message.content ?? '', ...values];
}

function valuesOf(value: Json): string[] {
  if (value === null || typeof value !== 'object') return [String(value)];
  return Object.values(value).flatMap(valuesOf);
}

const LETTER_OR_DIGIT = /[\p{L}\p{N}]/u;

/** Not inside a longer word or number: `3` does not stand in `2034`. */
function standsIn(text: string, value: string): boolean {
  if (value === '') return true;
  for (let at = text.indexOf(value); at >= 0; at = text.indexOf(value, at + 1)) {
    const before = LETTER_OR_DIGIT.test(value.charAt(0)) ? text.charAt(at - 1) : '';
    const end = at + value.length;
    const after = LETTER_OR_DIGIT.test(value.charAt(value.length - 1)) ? text.charAt(end) : '';
    if (!LETTER_OR_DIGIT.test(before) && !LETTER_OR_DIGIT.test(after)) return true;
  }
  return false;
}

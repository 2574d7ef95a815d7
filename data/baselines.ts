import { formatCalls } from '../contract/call-text.ts';
import type { Example, Message, Prompt, ToolCall } from '../contract/dialogue.ts';
import { canonicalJson } from '../contract/digest.ts';

/** Answers that need no learner; they are scored like any prediction. */

/** What has to be called first wherever it is listed: the one thing the rule knows about a suite, API-Bank. */
const AUTHENTICATION = 'GetUserToken';

/**
 * The rule without training of study designs on API-Bank: the authentication where it is listed, else the first listed
 * tool that was not called yet, without arguments. In a suite without authentication only the second half acts.
 */
export function answerUntrained({ tools, messages }: Pick<Prompt, 'tools' | 'messages'>): string {
  const called = new Set(callsOf(messages));
  const left = tools.filter((tool) => !called.has(tool));
  const name = left.includes(AUTHENTICATION) ? AUTHENTICATION : (left[0] ?? tools[0]);
  return name === undefined ? '' : formatCalls([{ name, arguments: {} }]);
}

export interface MostFrequent {
  /** The target that most training examples have, whole; of several the first by its canonical JSON. Empty without any. */
  target: string;
  /** The names that most training targets have, without arguments. */
  names: string;
}

/** What answers every prompt alike: the commonest target of the training side; one that is text and no call is none. */
export function answerMostFrequent(train: readonly Pick<Example, 'target'>[]): MostFrequent {
  const targets = train.map(({ target }) => target).filter(({ length }) => length > 0);
  const names = targets.map((calls) => calls.map(({ name }) => ({ name, arguments: {} })));
  return { target: formatCommonest(targets), names: formatCommonest(names) };
}

function formatCommonest(targets: readonly ToolCall[][]): string {
  const counts = new Map<string, number>();
  for (const target of targets) {
    const text = targetText(target);
    counts.set(text, (counts.get(text) ?? 0) + 1);
  }
  const most = Math.max(...counts.values());
  const [commonest] = [...counts]
    .flatMap(([text, count]) => (count === most ? [text] : []))
    .toSorted();
  return commonest === undefined ? '' : formatCalls(JSON.parse(commonest) as ToolCall[]);
}

/** Equal for targets that are the same calls, in whatever order. */
export function targetText(target: readonly ToolCall[]): string {
  return `[${target.map(canonicalJson).toSorted().join(',')}]`;
}

function callsOf(messages: readonly Message[]): string[] {
  return messages.flatMap((message) =>
    message.role === 'assistant'
      ? (message.tool_calls ?? []).map((call) => call.function.name)
      : [],
  );
}

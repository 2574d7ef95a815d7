import type { Example } from '../contract/dialogue.ts';

export interface TraceCount {
  total: number;
  /** With an earlier call in the prompt: `trace: keep` and `strip` differ. */
  withTrace: number;
  withoutTrace: number;
}

/** Counts examples by whether their prompt holds an earlier call. */
export function countTraces(examples: readonly Pick<Example, 'messages'>[]): TraceCount {
  const withTrace = examples.filter(({ messages }) =>
    messages.some((message) => 'tool_calls' in message),
  ).length;
  return { total: examples.length, withTrace, withoutTrace: examples.length - withTrace };
}

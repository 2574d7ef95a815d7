import type { Json, Tool, ToolCall } from '../contract/dialogue.ts';
import { checkCall } from './check-arguments.ts';
import type { ToolWithBehaviour } from './tool.ts';

/**
 * After a call: the state it left and what the tool answered. A refused call leaves the state as it
 * was.
 */
export type Outcome<State> = { state: State; result: Json } | { state: State; error: string };

/**
 * Tools that can be executed over a small state: pure, immutable, with a fixed clock and ids that
 * follow from the seed and the call. One interface for generating dialogues, evaluating them in a
 * closed loop, and exploring tools by trial.
 *
 * `call` never throws and its errors teach: they say what was wrong with the call and what would
 * have been right. It is a method, so that whoever only passes states on may take any
 * `World<Json>`.
 */
export interface World<State> {
  readonly tools: readonly Tool[];
  readonly initial: State;
  call(state: State, name: string, given: Record<string, Json>): Outcome<State>;
}

export function createWorld<State>(
  behaviours: readonly ToolWithBehaviour<State>[],
  initial: State,
): World<State> {
  const tools = behaviours.map(({ tool }) => tool);
  const byName = new Map(behaviours.map((behaviour) => [behaviour.tool.function.name, behaviour]));
  return {
    tools,
    initial,
    call: (state, name, given) => {
      const fault = checkCall({ name, arguments: given }, tools);
      const behaviour = byName.get(name);
      if (fault !== undefined || !behaviour) return { state, error: fault ?? `no tool '${name}'` };
      const effect = behaviour.run(state, given);
      return 'error' in effect ? { state, error: `${name}: ${effect.error}` } : effect;
    },
  };
}

/** The calls one after another, each from the state that the one before left. */
export function replay<State>(
  world: World<State>,
  calls: readonly ToolCall[],
): { state: State; outcomes: Outcome<State>[] } {
  const outcomes: Outcome<State>[] = [];
  let state = world.initial;
  for (const call of calls) {
    const outcome = world.call(state, call.name, call.arguments);
    outcomes.push(outcome);
    state = outcome.state;
  }
  return { state, outcomes };
}

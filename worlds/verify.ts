import { canonicalJson } from '../contract/digest.ts';
import type { ToolCall } from '../contract/dialogue.ts';
import { formatCalls } from '../contract/call-text.ts';
import { replay } from './world.ts';
import type { World } from './world.ts';

export interface Verdict {
  right: boolean;
  /** For people; empty when right. */
  faults: string[];
}

/**
 * Whether calls do what the gold calls do: they end in the same state, and every gold call is among them and was
 * accepted. Further look-ups and refused attempts are allowed (a trial is no mistake); anything else that changes the
 * state is not. Order matters only where the world says so.
 */
export function verifyCalls<State>(
  world: World<State>,
  gold: readonly ToolCall[],
  calls: readonly ToolCall[],
): Verdict {
  const expected = replay(world, gold);
  const made = replay(world, calls);
  const left = calls.map((call, index) => {
    const outcome = made.outcomes[index];
    return { key: canonicalJson(call), refused: outcome && 'error' in outcome && outcome.error };
  });
  const faults = gold.flatMap((call) => {
    const key = canonicalJson(call);
    const at = left.findIndex((candidate) => candidate.key === key && !candidate.refused);
    if (at === -1) return [`missing: ${formatCalls([call])}`];
    left.splice(at, 1);
    return [];
  });
  if (canonicalJson(made.state) !== canonicalJson(expected.state)) {
    faults.push('the final state is not the one that the gold calls lead to');
  }
  for (const { refused } of left) if (refused) faults.push(`refused: ${refused}`);
  const right = !faults.some((fault) => !fault.startsWith('refused: '));
  return { right, faults: right ? [] : faults };
}

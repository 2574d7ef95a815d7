import { canonicalJson } from '../contract/digest.ts';
import type { ToolCall } from '../contract/dialogue.ts';
import { formatCalls } from '../contract/call-text.ts';
import { replay } from './world.ts';
import type { Outcome, World } from './world.ts';

export interface Verdict {
  right: boolean;
  /** For people; empty when right. */
  faults: string[];
}

/**
 * Whether calls do what the gold calls do: they end in the same state, and every gold call is among
 * them and was accepted. Further look-ups and refused attempts are allowed (a trial is no mistake);
 * anything else that changes the state is not. Order matters only where the world says so.
 */
export function verifyCalls<State>(
  world: World<State>,
  gold: readonly ToolCall[],
  calls: readonly ToolCall[],
): Verdict {
  const made = replay(world, calls);
  const accepted = calls.filter((_, index) => !isRefused(made.outcomes[index]));
  const faults = missingCalls(gold, accepted).map((call) => `missing: ${formatCalls([call])}`);
  if (canonicalJson(made.state) !== canonicalJson(replay(world, gold).state)) {
    faults.push('the final state is not the one that the gold calls lead to');
  }
  if (faults.length === 0) return { right: true, faults };
  const refusals = made.outcomes.flatMap((outcome) => ('error' in outcome ? [outcome.error] : []));
  return { right: false, faults: [...faults, ...refusals.map((error) => `refused: ${error}`)] };
}

function isRefused(outcome: Outcome<unknown> | undefined): boolean {
  return outcome === undefined || 'error' in outcome;
}

/** Gold calls that have no equal among the calls made, one for one. */
function missingCalls(gold: readonly ToolCall[], made: readonly ToolCall[]): ToolCall[] {
  const left = made.map((call) => canonicalJson(call));
  return gold.filter((call) => {
    const at = left.indexOf(canonicalJson(call));
    if (at >= 0) left.splice(at, 1);
    return at < 0;
  });
}

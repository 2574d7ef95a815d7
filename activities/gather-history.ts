import { type BlockHistory, type History, HISTORY_FORMAT } from '../contract/results.ts';
import type { FailedLineage } from '../contract/workflows.ts';
import type { Plan } from '../plan/plan.ts';
import { listAttempts, readClaim, readOutcome, readStart } from '../store/attempt-history.ts';
import { inspectBlock } from '../store/blocks.ts';
import type { Claim, Outcome, Start } from '../store/records.ts';
import type { Store } from '../store/store.ts';

/** How the sweep's blocks came to be: attempts, repeated steps, times, failures. */
export async function gatherHistory(
  store: Store,
  plan: Plan,
  failed: FailedLineage[],
): Promise<History> {
  const blocks: BlockHistory[] = [];
  for (const [index, lineage] of plan.lineages.entries()) {
    const failures = failed.find((one) => one.lineage === index)?.failures ?? [];
    for (const [block, key] of lineage.blocks.entries()) {
      const domain = plan.shape.domains[block] ?? '';
      const of = { key, condition: lineage.condition, seed: lineage.seed, domain };
      const told = failures.filter((failure) => failure.block === block);
      blocks.push(await gatherBlock(store, plan.sweep, of, told));
    }
  }
  return { format: HISTORY_FORMAT, sweep: plan.sweep, blocks };
}

interface AttemptHistory {
  claim: Claim;
  start: Start | undefined;
  outcome: Outcome | undefined;
}

async function gatherBlock(
  store: Store,
  sweep: string,
  of: Pick<BlockHistory, 'key' | 'condition' | 'seed' | 'domain'>,
  failures: BlockHistory['failures'],
): Promise<BlockHistory> {
  const { key } = of;
  const attempts: AttemptHistory[] = [];
  for (const number of await listAttempts(store, key))
    attempts.push({
      claim: await readClaim(store, key, number),
      start: await readStart(store, key, number),
      outcome: await readOutcome(store, key, number),
    });
  const { state } = await inspectBlock(store, key);
  const ours = attempts.filter(({ claim }) => claim.owner.sweep === sweep);
  const trained = ours.some(({ outcome }) => outcome?.result === 'done');
  return {
    ...of,
    result: state !== 'intact' ? 'missing' : trained ? 'trained' : 'reused',
    attempts: attempts.filter(({ start }) => start).length,
    repeatedSteps: countRepeated(attempts),
    seconds: attempts.reduce((sum, { outcome }) => sum + secondsOf(outcome), 0),
    start: attempts[0]?.claim.claimedAt ?? null,
    end: attempts.at(-1)?.outcome?.endedAt ?? null,
    failures: failures.map(({ stage, cause, message }) => ({ stage, cause, message })),
  };
}

/** Steps that an earlier attempt had reported beyond the checkpoint that the next one went on from. */
function countRepeated(attempts: AttemptHistory[]): number {
  let reached = 0;
  let repeated = 0;
  for (const { start, outcome } of attempts) {
    if (!start) continue;
    repeated += Math.max(0, reached - (start.resumedFrom?.step ?? 0));
    reached = Math.max(reached, outcome?.step ?? 0);
  }
  return repeated;
}

function secondsOf(outcome: Outcome | undefined): number {
  return outcome?.result === 'done' ? outcome.computeSeconds : 0;
}

import { type BlockHistory, type History, HISTORY_FORMAT } from '../contract/history.ts';
import type { FailedLineage } from '../contract/workflows.ts';
import { gatherLedger } from './gather-ledger.ts';
import { blockAt } from '../plan/cells.ts';
import type { Plan } from '../plan/plan.ts';
import { type AttemptHistory, countRepeatedSteps, readHistory } from '../store/attempt-history.ts';
import { hasResult, inspectBlock } from '../store/blocks.ts';
import { listDamage } from '../store/damage.ts';
import { sweepPath } from '../store/layout.ts';
import { type Outcome, unlessDamaged } from '../store/records.ts';
import type { Store } from '../store/store.ts';

/** How the sweep's blocks came to be: attempts, repeated steps, times, failures. */
export async function gatherHistory(
  store: Store,
  plan: Plan,
  failed: FailedLineage[] | null,
): Promise<History> {
  const earlier = failed === null ? await readFailures(store, plan.sweep) : undefined;
  const blocks: BlockHistory[] = [];
  for (const [index, lineage] of plan.lineages.entries()) {
    const failures = failed?.find((one) => one.lineage === index)?.failures ?? [];
    for (const [block, key] of lineage.blocks.entries()) {
      const { name: domain } = blockAt(plan, lineage, block);
      const of = { key, condition: lineage.condition, seed: lineage.seed, domain };
      // What failed before any training is told with the first block.
      const told = failures.filter((failure) => (failure.block ?? 0) === block);
      blocks.push(await gatherBlock(store, plan.sweep, of, earlier?.get(key) ?? told));
    }
  }
  const ledger = await gatherLedger(store, plan.sweep);
  return { format: HISTORY_FORMAT, sweep: plan.sweep, blocks, ledger };
}

async function readFailures(
  store: Store,
  sweep: string,
): Promise<Map<string, BlockHistory['failures']>> {
  const bytes = await store.read(sweepPath(sweep, 'history.json'));
  const history = bytes && (JSON.parse(new TextDecoder().decode(bytes)) as History);
  return new Map(history?.blocks.map(({ key, failures }) => [key, failures]));
}

async function gatherBlock(
  store: Store,
  sweep: string,
  of: Pick<BlockHistory, 'key' | 'condition' | 'seed' | 'domain'>,
  failures: BlockHistory['failures'],
): Promise<BlockHistory> {
  const { key } = of;
  const attempts = await readHistory(store, key);
  const { state } = await inspectBlock(store, key);
  const ours = attempts.filter(({ claim }) => claim?.owner.sweep === sweep);
  const trained = ours.some(({ outcome }) => outcome?.result === 'done');
  return {
    ...of,
    result: !hasResult(state) ? 'missing' : trained ? 'trained' : 'reused',
    attempts: attempts.filter(({ start }) => start).length,
    repeatedSteps: countRepeatedSteps(attempts),
    seconds: attempts.reduce((sum, { outcome }) => sum + secondsOf(outcome), 0),
    start: attempts[0]?.claim?.claimedAt ?? null,
    end: attempts.at(-1)?.outcome?.endedAt ?? null,
    failures: failures.map(({ stage, cause, message }) => ({ stage, cause, message })),
    damage: [
      ...((await unlessDamaged(listDamage(store, key))) ?? []).flat(),
      ...attempts.flatMap(describeSkipped),
    ],
  };
}

function describeSkipped({ start }: AttemptHistory): string[] {
  return (start?.damaged ?? []).map(({ step, reason }) => `checkpoint at step ${step}: ${reason}`);
}

function secondsOf(outcome: Outcome | null): number {
  return outcome?.result === 'done' ? outcome.computeSeconds : 0;
}

import { CausedError } from '../contract/causes.ts';
import type { CellScore, Convention } from '../contract/scores.ts';
import { countWhere } from '../metrics/cell-counts.ts';
import { meanOf } from '../metrics/continual.ts';
import { cellsOf, treeOf, weightsOf } from '../plan/cells.ts';
import type { Plan, PlannedLineage } from '../plan/plan.ts';
import { type Block, inspectBlock } from '../store/blocks.ts';
import { planAt, SWEEPS } from '../store/layout.ts';
import { unlessDamaged } from '../store/records.ts';
import type { Store } from '../store/store.ts';
import { cellsOn, readScore } from './cells.ts';
import { readPlan } from './plans.ts';
import { areScored, findStandingIn } from './standing-blocks.ts';

/**
 * Which checkpoints of a finished run keep their weights. `last`: those that no block of the run starts from. `best`: that
 * with the highest mean over domains of exact calls, among those evaluated on all domains of the stream; of equals the later.
 */
export const RETENTIONS = ['last', 'best'] as const;
export type Retention = (typeof RETENTIONS)[number];

/**
 * Keys of blocks whose weights no sweep of the store needs: every run that has them is finished and retains others. A run
 * that misses a block or a score keeps all of its own, and what a sweep starts from stays.
 */
export async function findPrunable(
  store: Store,
  retain: ReadonlySet<Retention>,
): Promise<Set<string>> {
  const prunable = new Set<string>();
  const kept = new Set<string>();
  const plans = (await store.list(SWEEPS)).flatMap((path) => planAt(path) ?? []);
  for (const digest of new Set(plans)) {
    const plan = await readOwnPlan(store, digest);
    if (!plan) {
      for (const named of await readDigests(store, digest)) kept.add(named);
      continue;
    }
    for (const lineage of plan.lineages) {
      for (const key of lineage.blocks) prunable.add(key);
      for (const key of await chooseKept(store, plan, lineage, retain)) kept.add(key);
    }
  }
  for (const key of kept) prunable.delete(key);
  return prunable;
}

/** Undefined for a plan of another version of Ratchet, of which only the digests can be read. */
async function readOwnPlan(store: Store, digest: string): Promise<Plan | undefined> {
  try {
    return await readPlan(store, digest);
  } catch (error) {
    if (error instanceof CausedError) return undefined;
    throw error;
  }
}

async function readDigests(store: Store, plan: string): Promise<string[]> {
  const text = new TextDecoder().decode(await store.readBlob(plan));
  return text.match(/\b[0-9a-f]{64}\b/g) ?? [];
}

async function chooseKept(
  store: Store,
  plan: Plan,
  lineage: PlannedLineage,
  retain: ReadonlySet<Retention>,
): Promise<string[]> {
  const base = weightsOf(plan, lineage, null) ?? [];
  const blocks = await findFinished(store, plan, lineage);
  if (!blocks) return lineage.blocks.concat(base);
  const chosen = [
    ...(retain.has('last') ? findLeaves(plan, lineage) : []),
    ...(retain.has('best') ? await findBest(store, plan, lineage, blocks) : []),
  ];
  return chosen.map((block) => lineage.blocks[block] ?? '').concat(base);
}

/** All blocks of a run that has nothing left to do; its first checkpoint is evaluated without any of their weights. */
async function findFinished(
  store: Store,
  plan: Plan,
  lineage: PlannedLineage,
): Promise<Block[] | undefined> {
  const findStanding = findStandingIn(store, plan, lineage, (key) => inspectBlock(store, key));
  const blocks: Block[] = [];
  for (const index of lineage.blocks.keys()) {
    const block = await findStanding(index);
    if (!block) return undefined;
    const cells = cellsOn(block.sha256, cellsOf(plan, lineage, index));
    if (!(await areScored(store, cells))) return undefined;
    blocks.push(block);
  }
  return blocks;
}

function findLeaves(plan: Plan, lineage: PlannedLineage): number[] {
  const parents = new Set(treeOf(plan, lineage).blocks.map(({ parent }) => parent));
  return [...lineage.blocks.keys()].filter((block) => !parents.has(block));
}

async function findBest(
  store: Store,
  plan: Plan,
  lineage: PlannedLineage,
  blocks: readonly Block[],
): Promise<number[]> {
  let best = { block: -1, share: Number.NEGATIVE_INFINITY };
  for (const [block, { sha256 }] of blocks.entries()) {
    const planned = cellsOf(plan, lineage, block);
    if (planned.length < plan.spec.stream.domains.length) continue;
    const shares: number[] = [];
    for (const cell of cellsOn(sha256, planned)) {
      const score = await unlessDamaged(readScore(store, cell));
      if (score) shares.push(shareRight(score, plan.convention));
    }
    const share = meanOf(shares) ?? 0;
    if (share >= best.share) best = { block, share };
  }
  return best.block < 0 ? [] : [best.block];
}

function shareRight({ examples }: CellScore, convention: Convention): number {
  return countWhere(examples, ({ right }) => right[convention]) / Math.max(1, examples.length);
}

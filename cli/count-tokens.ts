import { countPathOf, readCounts } from '../activities/counts.ts';
import { countFiles, type Uncounted } from '../activities/data-counts.ts';
import { conditionOf, renderBlock } from '../activities/plans.ts';
import type { Compute } from '../compute/compute.ts';
import { renderTools } from '../data/data-file.ts';
import { trainingOf } from '../plan/cells.ts';
import type { CountedBlock } from '../plan/expected-counts.ts';
import type { Plan, PlannedLineage } from '../plan/plan.ts';
import type { Store } from '../store/store.ts';
import type { LoadedSweep } from './load-sweep.ts';

/** Tokens of one pass over the training data of all lineages, by condition, as the trainer counts them. */
export interface TokenCount {
  condition: string;
  examples: number;
  tokens: number;
  targetTokens: number;
  truncatedExamples: number;
  droppedExamples: number;
}

/** Counts what the store has no count of, and keeps it. */
export async function countTokens(
  store: Store,
  compute: Compute,
  loaded: LoadedSweep,
): Promise<TokenCount[]> {
  await countMissing(store, compute, loaded, loaded.plan.lineages);
  return sumByCondition(store, loaded.plan);
}

/** What some lineages train on, block by block. */
export async function countBlocks(
  store: Store,
  compute: Compute,
  loaded: LoadedSweep,
  lineages: readonly PlannedLineage[],
): Promise<CountedBlock[]> {
  const { plan } = loaded;
  await countMissing(store, compute, loaded, lineages);
  const blocks: CountedBlock[] = [];
  for (const lineage of lineages)
    for (const block of lineage.blocks.keys()) {
      const { sha256 } = trainingOf(plan, lineage, block);
      const { condition } = lineage;
      const counts = await readCounts(store, plan, { sha256, condition });
      if (counts) blocks.push({ lineage, block, counts });
    }
  return blocks;
}

async function countMissing(
  store: Store,
  compute: Compute,
  { plan, suite, scripts }: LoadedSweep,
  lineages: readonly PlannedLineage[],
): Promise<void> {
  const missing: Uncounted = new Map();
  for (const lineage of lineages) {
    const condition = conditionOf(plan, lineage);
    const custom = scripts.renderOf(condition);
    for (const block of lineage.blocks.keys()) {
      const { sha256 } = trainingOf(plan, lineage, block);
      const file = { sha256, condition: lineage.condition };
      const path = countPathOf(plan, file);
      if (missing.has(path) || (await readCounts(store, plan, file))) continue;
      const { bytes } = renderBlock(suite, plan, { lineage, block, condition, custom });
      missing.set(path, { ...file, bytes });
    }
  }
  if (missing.size > 0)
    await countFiles(store, compute, { plan, tools: renderTools(suite), uncounted: missing });
}

const SUMMED = [
  'examples',
  'tokens',
  'targetTokens',
  'truncatedExamples',
  'droppedExamples',
] as const;

/** Blocks of several orders that train on the same data count once. */
async function sumByCondition(store: Store, plan: Plan): Promise<TokenCount[]> {
  const sums = new Map<string, TokenCount>();
  for (const lineage of plan.lineages) {
    const { condition } = lineage;
    const sum = sums.get(condition) ?? {
      condition,
      examples: 0,
      tokens: 0,
      targetTokens: 0,
      truncatedExamples: 0,
      droppedExamples: 0,
    };
    sums.set(condition, sum);
    for (const index of new Set(lineage.training)) {
      const { sha256 = '' } = plan.training[index] ?? {};
      const counts = await readCounts(store, plan, { sha256, condition });
      for (const name of SUMMED) sum[name] += counts?.[name] ?? 0;
    }
  }
  return [...sums.values()];
}

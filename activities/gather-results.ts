import type { DataCount, Results } from '../contract/results.ts';
import type { CellScore } from '../contract/scores.ts';
import { type GatheredRun } from '../metrics/runs.ts';
import type { GatheredSweep } from '../metrics/gathered-sweep.ts';
import { summariseSweep } from '../metrics/summarise.ts';
import { cellsOf, datasetOf } from '../plan/cells.ts';
import type { Plan, PlannedLineage } from '../plan/plan.ts';
import { readBlock } from '../store/blocks.ts';
import { type BlockManifest, unlessDamaged } from '../store/records.ts';
import type { Store } from '../store/store.ts';
import { readScore } from './cells.ts';
import { readCounts } from './counts.ts';
import { gatherReferences } from './gather-references.ts';
import { openPlannedSuite } from './plans.ts';

/** Everything that is scored of a plan, as results: from the store alone, whatever happened on the way. */
export async function gatherResults(store: Store, plan: Plan): Promise<Results> {
  const { spec } = plan;
  const suite = await openPlannedSuite(store, plan);
  const runs: GatheredRun[] = [];
  for (const lineage of plan.lineages) runs.push(...(await gatherLineage(store, plan, lineage)));
  const gathered: GatheredSweep = {
    sweep: { id: plan.sweep, name: spec.name },
    suite: suite.name,
    domains: spec.stream.domains,
    conditions: spec.conditions.map(({ name, trace }) => ({
      name,
      description: `trace: ${trace}`,
    })),
    seeds: spec.seeds,
    orders: spec.stream.orders,
    evaluate: spec.evaluate.domains,
    convention: plan.convention,
    question: spec.question ?? null,
    learner: plan.trainer,
    seedsVary: suite.replication.seedsVary,
    testTrainRatio: suite.replication.testTrainRatio,
    data: {
      duplicates: suite.census.duplicates,
      leftOut: suite.census.leftOut,
      warnings: suite.census.warnings,
      counts: await gatherCounts(store, plan),
    },
    ...(await gatherReferences(store, plan)),
    provenance: {
      suite: plan.suite.digest,
      tools: plan.tools,
      trainer: plan.trainer.identity,
      scorer: plan.scorer,
      ...Object.fromEntries(plan.suite.files.map(({ name, sha256 }) => [name, sha256])),
    },
    runs,
  };
  return summariseSweep(gathered);
}

async function gatherLineage(
  store: Store,
  plan: Plan,
  lineage: PlannedLineage,
): Promise<GatheredRun[]> {
  const manifests: (BlockManifest | undefined)[] = [];
  for (const key of lineage.blocks) manifests.push(await readManifest(store, key));
  const rows = new Map<number | null, Map<string, CellScore | null>>();
  for (const block of [null, ...lineage.blocks.keys()]) {
    const cells = cellsOf(plan, lineage, block);
    const scores = await Promise.all(cells.map((cell) => readScoreOrMissing(store, cell.score)));
    rows.set(block, new Map(cells.map(({ domain }, i) => [domain, scores[i] ?? null])));
  }
  return plan.orders.map((path) => {
    const order = path.map((block) => plan.shape.domains[block] ?? '');
    const row = (block: number | null): (CellScore | null)[] =>
      order.map((domain) => rows.get(block)?.get(domain) ?? null);
    return {
      condition: lineage.condition,
      seed: lineage.seed,
      order,
      blocks: path.map((block, position) => ({
        key: lineage.blocks[block] ?? '',
        domain: order[position] ?? '',
        steps: manifests[block]?.steps ?? null,
        tokens: manifests[block]?.tokens ?? null,
      })),
      cells: path.map(row),
      zeroShot: row(null),
    };
  });
}

/** A damaged record is a missing result here; `store verify` tells which it is. */
async function readManifest(store: Store, key: string): Promise<BlockManifest | undefined> {
  return (await unlessDamaged(readBlock(store, key)))?.manifest;
}

async function readScoreOrMissing(store: Store, key: string): Promise<CellScore | null> {
  return (await unlessDamaged(readScore(store, key))) ?? null;
}

/** By condition, seed and domain, as the spec lists them; files that no trainer has counted are left out. */
async function gatherCounts(store: Store, plan: Plan): Promise<DataCount[]> {
  const counts: DataCount[] = [];
  for (const lineage of plan.lineages) {
    const { condition, seed } = lineage;
    for (const domain of plan.spec.stream.domains) {
      const data = datasetOf(plan, lineage, domain);
      const sides = [
        ['train', data.train.sha256],
        ['held-out', data.prompts.sha256],
      ] as const;
      for (const [split, sha256] of sides) {
        const found = await unlessDamaged(readCounts(store, plan, sha256));
        if (!found) continue;
        const { examples, tokens, truncatedExamples, truncatedTurns, droppedExamples } = found;
        const cuts = { truncatedExamples, truncatedTurns, droppedExamples };
        counts.push({ condition, seed, domain, split, examples, tokens, ...cuts });
      }
    }
  }
  return counts;
}

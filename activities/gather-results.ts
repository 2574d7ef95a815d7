import type { Results } from '../contract/results.ts';
import type { CellScore } from '../contract/scores.ts';
import type { Suite } from '../data/suite.ts';
import { describeCondition } from '../spec/describe-condition.ts';
import { type GatheredRun } from '../metrics/runs.ts';
import type { GatheredSweep } from '../metrics/gathered-sweep.ts';
import { summariseSweep } from '../metrics/summarise.ts';
import { blockAt, checkpointsOf, treeOf } from '../plan/cells.ts';
import type { Plan, PlannedLineage } from '../plan/plan.ts';
import { STREAMS } from '../spec/seed-streams.ts';
import type { Sweep } from '../spec/sweep.ts';
import { readBlock } from '../store/blocks.ts';
import { type BlockManifest, unlessDamaged } from '../store/records.ts';
import type { Store } from '../store/store.ts';
import { type Cell, readScore, standingCells } from './cells.ts';
import { gatherCounts } from './data-counts.ts';
import { gatherReferences } from './gather-references.ts';
import { openPlannedSuite } from './plans.ts';

/** Everything that is scored of a plan, as results: from the store alone, whatever happened on the way. */
export async function gatherResults(store: Store, plan: Plan): Promise<Results> {
  const { spec } = plan;
  const suite = await openPlannedSuite(store, plan);
  const runs: GatheredRun[] = [];
  const scores = rememberScores(store);
  for (const lineage of plan.lineages)
    runs.push(...(await gatherLineage(store, plan, { lineage, scores })));
  const gathered: GatheredSweep = {
    sweep: { id: plan.sweep, name: spec.name },
    suite: suite.name,
    domains: spec.stream.domains,
    conditions: spec.conditions.map((condition) => ({
      name: condition.name,
      description: describeCondition(condition),
    })),
    seeds: spec.seeds,
    orders: spec.stream.orders,
    evaluate: spec.evaluate.domains,
    convention: plan.convention,
    question: spec.question ?? null,
    published: spec.published ?? [],
    learner: plan.trainer,
    ...describeReplication(spec, suite),
    data: {
      duplicates: suite.census.duplicates,
      leftOut: suite.census.leftOut,
      warnings: [...suite.census.warnings, ...describeBase(spec)],
      counts: await gatherCounts(store, plan),
    },
    ...(await gatherReferences(store, plan)),
    provenance: {
      suite: plan.suite.digest,
      tools: plan.tools,
      trainer: plan.trainer.identity,
      scorer: plan.scorer,
      ...(spec.base && { base: spec.base.block }),
      ...Object.fromEntries(plan.suite.files.map(({ name, sha256 }) => [name, sha256])),
    },
    runs,
  };
  return summariseSweep(gathered);
}

/** What is called zero-shot is then no untrained model's. */
function describeBase({ base }: Plan['spec']): string[] {
  if (!base) return [];
  return [
    `Every run starts from the trained block ${base.block.slice(0, 12)} instead of untrained weights: zero-shot numbers are that checkpoint's.`,
  ];
}

async function gatherLineage(
  store: Store,
  plan: Plan,
  { lineage, scores }: { lineage: PlannedLineage; scores: ReadScore },
): Promise<GatheredRun[]> {
  const manifests: (BlockManifest | undefined)[] = [];
  for (const key of lineage.blocks) manifests.push(await readManifest(store, key));
  const rows = new Map<number | null, Map<string, CellScore | null>>();
  for (const block of checkpointsOf(lineage)) {
    const cells = await standingCells(store, plan, lineage, block);
    const row = await Promise.all(cells.map(scores));
    rows.set(block, new Map(cells.map(({ domain }, i) => [domain, row[i] ?? null])));
  }
  const { orders } = treeOf(plan, lineage);
  return plan.spec.stream.orders.map((order, index) => {
    // Where the order does not matter there is one path for all of them.
    const path = orders[index] ?? orders[0] ?? [];
    const row = (block: number | null): (CellScore | null)[] =>
      order.map((domain) => rows.get(block)?.get(domain) ?? null);
    return {
      condition: lineage.condition,
      seed: lineage.seed,
      order,
      blocks: path.map((block) => ({
        key: lineage.blocks[block] ?? '',
        domain: blockAt(plan, lineage, block).name,
        steps: manifests[block]?.steps ?? null,
        tokens: manifests[block]?.tokens ?? null,
      })),
      cells: path.length > 0 ? path.map(row) : [row(null)],
      zeroShot: row(null),
    };
  });
}

/** Where the data stay the same, seeds share their whole training sets: no correction for overlap stands for that. */
function describeReplication(
  { vary, seeds }: Sweep,
  { replication }: Suite,
): Pick<GatheredSweep, 'seedsVary' | 'testTrainRatio'> {
  if (vary.length === STREAMS.length) return replication;
  const seedsVary = `${vary.join(', ')} only; the rest is that of seed ${seeds[0]}`;
  const isSameData = !vary.includes('data');
  return {
    seedsVary: isSameData ? `${seedsVary}: intervals say nothing about other data` : seedsVary,
    testTrainRatio: isSameData ? 0 : replication.testTrainRatio,
  };
}

/** A damaged record is a missing result here; `store verify` tells which it is. */
async function readManifest(store: Store, key: string): Promise<BlockManifest | undefined> {
  return (await unlessDamaged(readBlock(store, key)))?.manifest;
}

type ReadScore = (cell: Cell) => Promise<CellScore | undefined>;

/** Conditions share cells, the base's above all: each is read once. */
function rememberScores(store: Store): ReadScore {
  const known = new Map<string, Promise<CellScore | undefined>>();
  return (cell) => {
    const score = known.get(cell.score) ?? unlessDamaged(readScore(store, cell));
    known.set(cell.score, score);
    return score;
  };
}

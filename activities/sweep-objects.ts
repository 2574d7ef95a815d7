import { checkpointsOf, weightsOf } from '../plan/cells.ts';
import type { Plan } from '../plan/plan.ts';
import { inspectBlock, readGenerations } from '../store/blocks.ts';
import { parsePath, predictionsPath, scorePath, sweepPath } from '../store/layout.ts';
import { unlessDamaged } from '../store/records.ts';
import type { Store } from '../store/store.ts';
import { readPredictions, readScore, standingCells } from './cells.ts';
import { countPathOf } from './counts.ts';

/** Everything in a store that a sweep consists of. What is not computed yet, or damaged, is left out. */
export interface SweepObjects {
  /** Digests: plan, sources, scripts, tools, data, and the weights of blocks if they are wanted. */
  blobs: string[];
  /** Blocks whose weights are wanted and were pruned. */
  pruned: number;
  /** Paths: predictions before scores, and what commits a block after all that it needs. */
  records: string[];
  /** Reports, and how it went. */
  reports: string[];
}

export async function listSweepObjects(
  store: Store,
  { plan, digest }: { plan: Plan; digest: string },
  withWeights: boolean,
): Promise<SweepObjects> {
  const { training, heldOut } = plan;
  const data = [...training, ...heldOut.flatMap(({ prompts, gold }) => [prompts, gold])];
  const files = [...plan.suite.files, ...plan.scripts, ...data].map(({ sha256 }) => sha256);
  const blocks = await listBlockObjects(store, plan);
  const blobs = new Set([digest, plan.tools, ...files, ...(withWeights ? blocks.weights : [])]);
  const counts = plan.spec.conditions.flatMap(({ name }) =>
    data.map(({ sha256 }) => countPathOf(plan, { sha256, condition: name })),
  );
  return {
    blobs: await filter([...blobs], (sha256) => store.hasBlob(sha256)),
    pruned: withWeights ? blocks.pruned : 0,
    records: [
      ...(await filter(
        [...new Set(counts)],
        async (path) => (await store.read(path)) !== undefined,
      )),
      ...(await listCellPaths(store, plan)),
      ...blocks.manifests,
    ],
    reports: (await store.list(sweepPath(plan.sweep, ''))).filter(isNoLog),
  };
}

/** What trainers said stays where they said it. */
function isNoLog(path: string): boolean {
  return parsePath(path)?.kind !== 'evaluation-log';
}

async function listBlockObjects(
  store: Store,
  plan: Plan,
): Promise<{ manifests: string[]; weights: string[]; pruned: number }> {
  const base = plan.lineages.flatMap((lineage) => weightsOf(plan, lineage, null) ?? []);
  const keys = new Set([...base, ...plan.lineages.flatMap(({ blocks }) => blocks)]);
  const found = { manifests: new Array<string>(), weights: new Array<string>(), pruned: 0 };
  for (const key of keys) {
    const block = await inspectBlock(store, key);
    if (block.state === 'absent' || block.state === 'damaged') continue;
    found.manifests.push(...(await readGenerations(store, key)).map(({ path }) => path));
    if (block.state === 'pruned') found.pruned++;
    else found.weights.push(...block.block.manifest.files.map(({ sha256 }) => sha256));
  }
  return found;
}

async function listCellPaths(store: Store, plan: Plan): Promise<string[]> {
  const predictions = new Set<string>();
  const scores = new Set<string>();
  for (const lineage of plan.lineages)
    for (const block of checkpointsOf(lineage))
      for (const cell of await standingCells(store, plan, lineage, block)) {
        if (await unlessDamaged(readPredictions(store, cell)))
          predictions.add(predictionsPath(cell.prediction));
        if (await unlessDamaged(readScore(store, cell))) scores.add(scorePath(cell.score));
      }
  return [...predictions, ...scores];
}

async function filter<T>(items: T[], test: (item: T) => Promise<boolean>): Promise<T[]> {
  const found: T[] = [];
  for (const item of items) if (await test(item)) found.push(item);
  return found;
}

import type { Compute } from '../compute/compute.ts';
import { countGrouped } from '../compute/count-grouped.ts';
import { resolveTrainer } from '../compute/trainers.ts';
import type { DataCount } from '../contract/results.ts';
import { blockAt, heldOutOf, trainingOf } from '../plan/cells.ts';
import type { Plan, PlannedLineage, RenderedFile } from '../plan/plan.ts';
import { settingsOf } from '../plan/training-settings.ts';
import { unlessDamaged } from '../store/records.ts';
import type { Store } from '../store/store.ts';
import { type CountedFile, countPathOf, readCounts, writeCounts } from './counts.ts';

/** By condition, seed and file, as the plan lists them; files that no trainer has counted are left out. */
export async function gatherCounts(store: Store, plan: Plan): Promise<DataCount[]> {
  const counts: DataCount[] = [];
  for (const lineage of plan.lineages) {
    const { condition, seed } = lineage;
    for (const { domain, split, file } of listFiles(plan, lineage)) {
      const { sha256 } = file;
      const found = await unlessDamaged(readCounts(store, plan, { sha256, condition }));
      if (!found) continue;
      const { examples, tokens, truncatedExamples, truncatedTurns, droppedExamples } = found;
      const { unshuffled } = file;
      const cuts = { truncatedExamples, truncatedTurns, droppedExamples, unshuffled };
      counts.push({ condition, seed, domain, split, examples, tokens, ...cuts });
    }
  }
  return counts;
}

type ListedFile = Pick<DataCount, 'domain' | 'split'> & { file: RenderedFile };

/** Blocks of several orders share their files: each is listed once. */
function listFiles(plan: Plan, lineage: PlannedLineage): ListedFile[] {
  const training = new Map<number, ListedFile>();
  for (const [block, index] of lineage.training.entries())
    training.set(index, {
      domain: blockAt(plan, lineage, block).name,
      split: 'train',
      file: trainingOf(plan, lineage, block),
    });
  const heldOut = plan.spec.stream.domains.map((domain): ListedFile => {
    return { domain, split: 'held-out', file: heldOutOf(plan, lineage, domain).prompts };
  });
  return [...training.values(), ...heldOut];
}

/**
 * Has the trainer count again what it has counted before, where a repair took the record away: every stored file without
 * a count. Returns how many stay without one, for want of the trainer that the plan was made with.
 */
export async function restoreCounts(store: Store, compute: Compute, plan: Plan): Promise<number> {
  const uncounted: Uncounted = new Map();
  for (const lineage of plan.lineages)
    for (const { file } of listFiles(plan, lineage)) {
      const { sha256, size } = file;
      const counted = { sha256, condition: lineage.condition };
      const path = countPathOf(plan, counted);
      if (uncounted.has(path) || !(await store.hasBlob(sha256, size))) continue;
      if (await unlessDamaged(readCounts(store, plan, counted))) continue;
      uncounted.set(path, { ...counted, bytes: await store.readBlob(sha256) });
    }
  if (uncounted.size === 0) return 0;
  const { identity } = resolveTrainer(plan.spec, plan.workingFolder);
  if (identity !== plan.trainer.identity) return uncounted.size;
  await countFiles(store, compute, { plan, tools: await store.readBlob(plan.tools), uncounted });
  return 0;
}

/** Files to count, each once under conditions whose hyperparameters are the same: by where their counts are kept. */
export type Uncounted = Map<string, CountedFile & { bytes: Uint8Array }>;

/** Counts files, and keeps what the trainer says. */
export async function countFiles(
  store: Store,
  compute: Compute,
  { plan, tools, uncounted }: { plan: Plan; tools: Uint8Array; uncounted: Uncounted },
): Promise<void> {
  const trainer = resolveTrainer(plan.spec, plan.workingFolder);
  const files = [...uncounted].map(([name, { bytes, condition }]) => {
    const { hyperparameters } = settingsOf(plan.spec, condition);
    return { name, bytes, hyperparameters };
  });
  const work = { key: plan.sweep, trainer, tools, sizes: false };
  for (const count of await countGrouped(compute, work, files)) {
    const file = uncounted.get(count.name);
    if (file) await writeCounts(store, plan, file, count);
  }
}

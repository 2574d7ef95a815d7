import type { Compute } from '../compute/compute.ts';
import { resolveTrainer } from '../compute/trainers.ts';
import type { DataCount } from '../contract/results.ts';
import { blockAt, heldOutOf, trainingOf } from '../plan/cells.ts';
import type { Plan, PlannedLineage, RenderedFile } from '../plan/plan.ts';
import { unlessDamaged } from '../store/records.ts';
import type { Store } from '../store/store.ts';
import { readCounts, writeCounts } from './counts.ts';

/** By condition, seed and file, as the plan lists them; files that no trainer has counted are left out. */
export async function gatherCounts(store: Store, plan: Plan): Promise<DataCount[]> {
  const counts: DataCount[] = [];
  for (const lineage of plan.lineages) {
    const { condition, seed } = lineage;
    for (const { domain, split, file } of listFiles(plan, lineage)) {
      const found = await unlessDamaged(readCounts(store, plan, file.sha256));
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
  const uncounted = new Map<string, Uint8Array>();
  for (const lineage of plan.lineages)
    for (const { file } of listFiles(plan, lineage)) {
      const { sha256, size } = file;
      if (uncounted.has(sha256) || !(await store.hasBlob(sha256, size))) continue;
      if (await unlessDamaged(readCounts(store, plan, sha256))) continue;
      uncounted.set(sha256, await store.readBlob(sha256));
    }
  if (uncounted.size === 0) return 0;
  const { identity } = resolveTrainer(plan.spec.trainer, plan.workingFolder);
  if (identity !== plan.trainer.identity) return uncounted.size;
  await countFiles(store, compute, { plan, tools: await store.readBlob(plan.tools), uncounted });
  return 0;
}

/** Counts files, by their digests, and keeps what the trainer says. */
export async function countFiles(
  store: Store,
  compute: Compute,
  of: { plan: Plan; tools: Uint8Array; uncounted: ReadonlyMap<string, Uint8Array> },
): Promise<void> {
  const { plan, tools } = of;
  const data = [...of.uncounted].map(([name, bytes]) => ({ name, bytes }));
  const trainer = resolveTrainer(plan.spec.trainer, plan.workingFolder);
  const { hyperparameters } = plan.spec.trainer;
  const work = { key: plan.sweep, trainer, hyperparameters, tools, data, sizes: false };
  for (const count of await compute.count(work, new AbortController().signal))
    await writeCounts(store, plan, count.name, count);
}

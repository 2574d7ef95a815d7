import { baseDigest, predictionKey, scoreKey } from './keys.ts';
import type {
  BlockTree,
  HeldOutData,
  Plan,
  PlannedBlock,
  PlannedLineage,
  RenderedFile,
} from './plan.ts';
import { settingsOf } from './training-settings.ts';

/** One checkpoint evaluated on one domain. */
export interface PlannedCell {
  domain: string;
  data: HeldOutData;
  /** Answers to each prompt. */
  draws: number;
  prediction: string;
  score: string;
}

export function lineageAt(plan: Plan, index: number): PlannedLineage {
  const lineage = plan.lineages[index];
  if (!lineage) throw new RangeError(`the plan has no lineage ${index}`);
  return lineage;
}

export function treeOf(plan: Plan, { strategy }: PlannedLineage): BlockTree {
  const tree = plan.trees[strategy];
  if (!tree) throw new RangeError(`the plan has no ${strategy} blocks`);
  return tree;
}

export function blockAt(plan: Plan, lineage: PlannedLineage, block: number): PlannedBlock {
  const planned = treeOf(plan, lineage).blocks[block];
  if (!planned) throw new RangeError(`the lineage has no block ${block}`);
  return planned;
}

export function trainingOf(plan: Plan, lineage: PlannedLineage, block: number): RenderedFile {
  const data = plan.training[lineage.training[block] ?? -1];
  if (!data) throw new RangeError(`the plan has no training data for block ${block}`);
  return data;
}

export function heldOutOf(plan: Plan, lineage: PlannedLineage, domain: string): HeldOutData {
  const data = plan.heldOut[lineage.heldOut[domain] ?? -1];
  if (!data) throw new RangeError(`the plan has no held-out data for domain ${domain}`);
  return data;
}

/** The checkpoints that a lineage evaluates: the base, null, and every block. */
export function checkpointsOf(lineage: PlannedLineage): (number | null)[] {
  return [null, ...lineage.blocks.keys()];
}

/** The cells of one checkpoint (null: the base), in stream order; `evaluate.domains: seen` leaves out what follows. */
export function cellsOf(plan: Plan, lineage: PlannedLineage, block: number | null): PlannedCell[] {
  const { hyperparameters, ownHyperparameters, tellDomains } = settingsOf(
    plan.spec,
    lineage.condition,
  );
  const trained = weightsOf(plan, lineage, block);
  const weights = trained ?? baseDigest({ trainer: plan.trainer.identity, hyperparameters });
  return domainsEvaluated(plan, lineage, block).map((domain) => {
    const data = heldOutOf(plan, lineage, domain);
    const prediction = predictionKey({
      weights,
      prompts: data.prompts.sha256,
      tools: plan.tools,
      decoding: plan.decoding,
      generator: plan.trainer.identity,
      ...(tellDomains && trained !== null && { domain }),
      ...(ownHyperparameters && trained !== null && block === null && { hyperparameters }),
    });
    const score = scoreKey({ prediction, gold: data.gold.sha256, scorer: plan.scorer });
    return { domain, data, draws: plan.decoding.draws ?? 1, prediction, score };
  });
}

/** That a cell asks for: every draw of every prompt. */
export function countAnswers({ data, draws }: PlannedCell): number {
  return data.prompts.examples * draws;
}

/**
 * The key of the block whose weights a checkpoint has: of a lineage's own or, before any of them (null), of the block that
 * the sweep starts from. Null: untrained weights.
 */
export function weightsOf(
  { spec }: Pick<Plan, 'spec'>,
  { blocks }: Pick<PlannedLineage, 'blocks'>,
  block: number | null,
): string | null {
  return block === null ? (spec.base?.block ?? null) : (blocks[block] ?? '');
}

/** Where nothing is trained, the base's row is all there is. */
export function domainsEvaluated(
  plan: Plan,
  lineage: PlannedLineage,
  block: number | null,
): string[] {
  const { domains } = plan.spec.stream;
  if (plan.spec.evaluate.domains === 'all' || lineage.strategy === 'zero-shot') return domains;
  const seen = new Set(pathTo(treeOf(plan, lineage), block).flatMap((one) => one.domains));
  return domains.filter((domain) => seen.has(domain));
}

/** The blocks from the root to this one, itself included; none for the base. */
export function pathTo({ blocks }: BlockTree, block: number | null): PlannedBlock[] {
  const path: PlannedBlock[] = [];
  for (let at = block === null ? undefined : blocks[block]; at; at = blocks[at.parent ?? -1])
    path.unshift(at);
  return path;
}

import { baseDigest, predictionKey, scoreKey } from './keys.ts';
import type { DatasetSummary, Plan, PlannedLineage } from './plan.ts';

/** One checkpoint evaluated on one domain. */
export interface PlannedCell {
  domain: string;
  data: DatasetSummary;
  prediction: string;
  score: string;
}

export function lineageAt(plan: Plan, index: number): PlannedLineage {
  const lineage = plan.lineages[index];
  if (!lineage) throw new RangeError(`the plan has no lineage ${index}`);
  return lineage;
}

export function datasetOf(plan: Plan, lineage: PlannedLineage, domain: string): DatasetSummary {
  const data = plan.datasets[lineage.data[domain] ?? -1];
  if (!data) throw new RangeError(`the plan has no data for domain ${domain}`);
  return data;
}

/** The cells of one checkpoint (null: the base), in stream order; `evaluate.domains: seen` leaves out what follows. */
export function cellsOf(plan: Plan, lineage: PlannedLineage, block: number | null): PlannedCell[] {
  const { domains } = plan.spec.stream;
  const seen = block === null ? new Set<string>() : seenBy(plan, block);
  const weights = block === null ? baseOf(plan) : (lineage.blocks[block] ?? '');
  const wanted =
    plan.spec.evaluate.domains === 'all' ? domains : domains.filter((d) => seen.has(d));
  return wanted.map((domain) => {
    const data = datasetOf(plan, lineage, domain);
    const prediction = predictionKey({
      weights,
      prompts: data.prompts.sha256,
      tools: plan.tools,
      decoding: plan.decoding,
      generator: plan.trainer.identity,
    });
    const score = scoreKey({ prediction, gold: data.gold.sha256, scorer: plan.scorer });
    return { domain, data, prediction, score };
  });
}

function baseOf(plan: Plan): string {
  return baseDigest({
    trainer: plan.trainer.identity,
    hyperparameters: plan.spec.trainer.hyperparameters,
  });
}

/** Domains trained on the way to a block, itself included. */
function seenBy(plan: Plan, block: number): Set<string> {
  const seen = new Set<string>();
  for (let at: number | null = block; at !== null; at = plan.shape.parents[at] ?? null)
    seen.add(plan.shape.domains[at] ?? '');
  return seen;
}

import {
  type BaseModel,
  CHECKPOINT_FORMAT,
  type CheckpointFacts,
  type DataFacts,
  type DomainFacts,
  type LineageStep,
} from '../contract/checkpoint-facts.ts';
import type { CellCounts } from '../contract/results.ts';
import { countCell } from '../metrics/cell-counts.ts';
import { heldOutOf, lineageAt, trainingOf, treeOf } from '../plan/cells.ts';
import { trainingSeeds } from '../plan/keys.ts';
import type { Plan, PlannedLineage, RenderedFile } from '../plan/plan.ts';
import { settingsOf } from '../plan/training-settings.ts';
import { describeCondition } from '../spec/describe-condition.ts';
import { streamsOf } from '../spec/seed-streams.ts';
import { readBlock } from '../store/blocks.ts';
import { unlessDamaged } from '../store/records.ts';
import type { Store } from '../store/store.ts';
import { readScore, standingCells } from './cells.ts';
import { readCounts } from './counts.ts';
import { openPlannedSuite } from './plans.ts';

/** Without its files, which are for whoever writes them to tell. */
export type GatheredCheckpoint = Omit<
  CheckpointFacts,
  'form' | 'adapters' | 'settings' | 'files' | 'leftOut'
>;

/** What plan and store know of a block's checkpoint. */
export async function gatherCheckpoint(
  store: Store,
  plan: Plan,
  at: { lineage: number; block: number; label: string },
): Promise<GatheredCheckpoint> {
  const { spec, trainer } = plan;
  const lineage = lineageAt(plan, at.lineage);
  const condition = spec.conditions.find(({ name }) => name === lineage.condition);
  const suite = await openPlannedSuite(store, plan);
  const steps = pathOf(plan, lineage, at.block);
  return {
    format: CHECKPOINT_FORMAT,
    sweep: { id: plan.sweep, name: spec.name },
    block: at.label,
    condition: {
      name: lineage.condition,
      description: condition ? describeCondition(condition) : '',
    },
    seed: lineage.seed,
    seeds: spec.seeds.length,
    base: nameBase(plan, lineage),
    startsFrom: spec.base?.block ?? null,
    trainer,
    hyperparameters: settingsOf(spec, lineage.condition).hyperparameters,
    trainingSeeds: trainingSeeds(streamsOf(spec, lineage.seed)),
    suite: { name: suite.name, digest: plan.suite.digest, dataset: nameDataset(plan) },
    lineage: await Promise.all(steps.map((step) => gatherStep(store, plan, lineage, step))),
    evaluation: {
      convention: plan.convention,
      decoding: plan.decoding,
      domains: await gatherDomains(store, plan, lineage, at.block),
    },
    warnings: suite.census.warnings,
  };
}

/** Indices of the blocks from the first to this one. */
function pathOf(plan: Plan, lineage: PlannedLineage, block: number): number[] {
  const { blocks } = treeOf(plan, lineage);
  const path: number[] = [];
  for (let at: number | null = block; at !== null; at = blocks[at]?.parent ?? null)
    path.unshift(at);
  return path;
}

/** The weights of a sweep file win over what hyperparameters name; where files lie on somebody's machine is told to nobody. */
function nameBase({ spec }: Plan, { condition }: PlannedLineage): BaseModel {
  const weights = spec.trainer.kind === 'command' ? spec.trainer.weights : undefined;
  const { model, revision } = settingsOf(spec, condition).hyperparameters;
  const source = weights?.source ?? `hf://${String(model)}@${String(revision)}`;
  const [, name = null, commit = null] =
    /^hf:\/\/([\w.-]+\/[\w.-]+)@([0-9a-f]{40})$/.exec(source) ?? [];
  return { model: name, commit, digest: weights?.digest ?? null };
}

/** The hub's name of what the examples were taken from. */
function nameDataset({ spec: { suite } }: Plan): string | null {
  return suite.kind === 'api-bank' ? 'liminghao1630/API-Bank' : null;
}

async function gatherStep(
  store: Store,
  plan: Plan,
  lineage: PlannedLineage,
  step: number,
): Promise<LineageStep> {
  const planned = treeOf(plan, lineage).blocks[step];
  const key = lineage.blocks[step] ?? '';
  const found = await unlessDamaged(readBlock(store, key));
  return {
    name: planned?.name ?? '',
    domains: planned?.domains ?? [],
    key,
    manifest: found?.sha256 ?? null,
    steps: found?.manifest.steps ?? null,
    tokens: found?.manifest.tokens ?? null,
    data: await gatherData(store, plan, lineage, trainingOf(plan, lineage, step)),
  };
}

async function gatherDomains(
  store: Store,
  plan: Plan,
  lineage: PlannedLineage,
  block: number,
): Promise<DomainFacts[]> {
  const before = await gatherScores(store, plan, lineage, null);
  const after = await gatherScores(store, plan, lineage, block);
  return Promise.all(
    plan.spec.stream.domains.map(async (domain) => {
      const { prompts, gold } = heldOutOf(plan, lineage, domain);
      return {
        domain,
        prompts: await gatherData(store, plan, lineage, prompts),
        gold: gold.sha256,
        zeroShot: before.get(domain) ?? null,
        checkpoint: after.get(domain) ?? null,
      };
    }),
  );
}

async function gatherScores(
  store: Store,
  plan: Plan,
  lineage: PlannedLineage,
  block: number | null,
): Promise<Map<string, CellCounts>> {
  const scores = new Map<string, CellCounts>();
  for (const cell of await standingCells(store, plan, lineage, block)) {
    const score = await unlessDamaged(readScore(store, cell));
    if (score) scores.set(cell.domain, countCell(score, plan.convention));
  }
  return scores;
}

async function gatherData(
  store: Store,
  plan: Plan,
  { condition }: PlannedLineage,
  { sha256, examples }: RenderedFile,
): Promise<DataFacts> {
  const found = await unlessDamaged(readCounts(store, plan, { sha256, condition }));
  if (!found) return { sha256, examples, counts: null };
  const { tokens, truncatedExamples, truncatedTurns, droppedExamples } = found;
  return {
    sha256,
    examples,
    counts: { tokens, truncatedExamples, truncatedTurns, droppedExamples },
  };
}

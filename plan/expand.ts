import { digestOf } from '../contract/digest.ts';
import type { Decoding } from '../contract/trainer-job.ts';
import type { Condition, Sweep } from '../spec/sweep.ts';
import { streamsOf } from '../spec/seed-streams.ts';
import { baseDigest, blockKey, trainingSeeds } from './keys.ts';
import {
  PLAN_FORMAT,
  type BlockTree,
  type HeldOutData,
  type Plan,
  type PlannedLineage,
  type RenderedFile,
  type StoredFile,
  type SuiteSource,
  type TrainerIdentity,
} from './plan.ts';
import { settingsUnder, worldSizeOf } from './training-settings.ts';
import { growTree } from './tree.ts';

export interface PlanInputs {
  spec: Sweep;
  suite: SuiteSource;
  trainer: TrainerIdentity;
  workingFolder: string;
  scripts: StoredFile[];
  scorer: string;
  tools: string;
  /** What a condition and seed renders for a block at the end of a path of domains, the block's own last. */
  training: (request: { condition: Condition; seed: number; path: string[][] }) => RenderedFile;
  heldOut: (request: { condition: Condition; seed: number; domain: string }) => HeldOutData;
}

/** Turns a sweep into lineages of content-addressed blocks. Pure: equal inputs give equal plans. */
export function expandSweep(inputs: PlanInputs): Plan {
  const { spec, suite, trainer, scorer, tools } = inputs;
  const strategies = new Set(spec.conditions.map(({ strategy }) => strategy));
  const trees: Plan['trees'] = Object.fromEntries(
    [...strategies].map((strategy) => [strategy, growTree(strategy, spec.stream)]),
  );
  const training = new Table<RenderedFile>();
  const heldOut = new Table<HeldOutData>();
  const lineages = spec.seeds.flatMap((seed) =>
    spec.conditions.map((condition): PlannedLineage => {
      const { name, strategy } = condition;
      const { blocks } = trees[strategy] ?? { blocks: [] };
      const files = renderBlocks(trees[strategy], (path) =>
        inputs.training({ condition, seed, path }),
      );
      return {
        condition: name,
        seed,
        strategy,
        blocks: keysOf({ blocks, condition, seed, inputs, files }),
        training: files.map((file) => training.add(file)),
        heldOut: Object.fromEntries(
          spec.stream.domains.map((domain) => [
            domain,
            heldOut.add(inputs.heldOut({ condition, seed, domain })),
          ]),
        ),
      };
    }),
  );
  const { convention, decoding } = spec.evaluate;
  return identifySweep({
    format: PLAN_FORMAT,
    spec,
    suite,
    trainer,
    workingFolder: inputs.workingFolder,
    scripts: inputs.scripts,
    scorer,
    tools,
    trees,
    lineages,
    training: training.list,
    heldOut: heldOut.list,
    convention,
    decoding: effectiveDecoding(decoding),
  });
}

/** Greedy decoding draws nothing, so its seed decides nothing; one draw is what a job without a number of draws makes. */
function effectiveDecoding({ temperature, seed, draws = 1 }: Decoding): Decoding {
  if (temperature === 0) return { temperature, seed: 0 };
  return draws === 1 ? { temperature, seed } : { temperature, seed, draws };
}

/** Names the sweep after everything that decides its results; what is outside keys is outside this too. */
export function identifySweep(plan: Omit<Plan, 'sweep'>): Plan {
  const { spec, trainer, scorer, tools, trees, lineages, training, heldOut } = plan;
  const { convention, decoding } = plan;
  const digest = digestOf({
    trees,
    lineages,
    training,
    heldOut,
    convention,
    decoding,
    tools,
    scorer,
    trainer: trainer.identity,
    question: spec.question ?? null,
    evaluate: spec.evaluate.domains,
    ...(spec.base && { base: spec.base }),
    ...(spec.published && { published: spec.published }),
  });
  return { ...plan, sweep: `${spec.name}-${digest.slice(0, 12)}` };
}

function renderBlocks(
  tree: BlockTree | undefined,
  render: (path: string[][]) => RenderedFile,
): RenderedFile[] {
  const paths: string[][][] = [];
  return (tree?.blocks ?? []).map(({ domains, parent }, block) => {
    const path = [...(paths[parent ?? -1] ?? []), domains];
    paths[block] = path;
    return render(path);
  });
}

function keysOf(of: {
  blocks: BlockTree['blocks'];
  condition: Condition;
  seed: number;
  inputs: PlanInputs;
  files: RenderedFile[];
}): string[] {
  const { spec, trainer, tools } = of.inputs;
  const { hyperparameters, tellDomains } = settingsUnder(spec, of.condition);
  const { identity } = trainer;
  const root = spec.base?.block ?? baseDigest({ trainer: identity, hyperparameters });
  const seeds = trainingSeeds(streamsOf(spec, of.seed));
  const keys: string[] = [];
  for (const [block, { parent, domains }] of of.blocks.entries())
    keys.push(
      blockKey({
        parent: parent === null ? root : (keys[parent] ?? ''),
        data: of.files[block]?.sha256 ?? '',
        tools,
        trainer: identity,
        hyperparameters,
        worldSize: worldSizeOf(spec),
        seeds,
        ...(tellDomains && { domains }),
      }),
    );
  return keys;
}

/** Distinct items by content. */
class Table<T> {
  readonly list: T[] = [];
  private readonly indexOf = new Map<string, number>();

  add(item: T): number {
    const name = JSON.stringify(item);
    const known = this.indexOf.get(name);
    if (known !== undefined) return known;
    const index = this.list.push(item) - 1;
    this.indexOf.set(name, index);
    return index;
  }
}

import { conditionOf } from '../activities/plans.ts';
import { countGrouped } from '../compute/count-grouped.ts';
import { createLocalCompute } from '../compute/local-compute.ts';
import { resolveTrainer } from '../compute/trainers.ts';
import { formatCalls } from '../contract/call-text.ts';
import type { Example } from '../contract/dialogue.ts';
import type { CountEvent, ExampleSize } from '../contract/trainer-events.ts';
import { renderExamples, type Side } from '../data/conditions.ts';
import { renderTools, toDataFile } from '../data/data-file.ts';
import { type Piece, splitMessages } from '../data/examples/pieces.ts';
import { blockAt, trainingOf } from '../plan/cells.ts';
import type { PlannedLineage } from '../plan/plan.ts';
import { settingsUnder } from '../plan/training-settings.ts';
import { describeCondition } from '../spec/describe-condition.ts';
import { streamsOf } from '../spec/seed-streams.ts';
import type { Condition } from '../spec/sweep.ts';
import { cacheFolder } from '../worker/home.ts';
import type { LoadedSweep } from './load-sweep.ts';
import { inScratchFolder } from './scratch-folder.ts';

/** One side of one domain, under several conditions. */
export interface RenderingRequest {
  conditions: string[];
  domain: string;
  seed: number;
  side: Side;
}

/** What each condition makes of the same examples. */
export interface ComparedRenderings extends RenderingRequest {
  renderings: ConditionRendering[];
  examples: ComparedExample[];
}

export interface ConditionRendering {
  condition: string;
  description: string;
  /** Of the whole side, as the trainer counts it; null when it does not. */
  counts: Omit<CountEvent, 'type' | 'name' | 'sizes'> | null;
}

export interface ComparedExample {
  id: string;
  dialogue: string;
  tools: string[];
  /** The calls to predict, as text: what carries loss in training. */
  target: string;
  /** Whether the conditions render it differently. */
  differs: boolean;
  /** In the order of the conditions. */
  prompts: RenderedExample[];
}

export interface RenderedExample {
  pieces: Piece[];
  /** Null when the trainer does not count single examples. */
  size: ExampleSize | null;
  /** Why the condition leaves the example out; null: it does not. */
  leftOut: string | null;
}

/** Renders one side under every condition, and has the trainer tell what it would cut and drop. */
export async function compareRenderings(
  loaded: LoadedSweep,
  request: RenderingRequest,
): Promise<ComparedRenderings> {
  const { domain, seed, side } = request;
  const seeds = streamsOf(loaded.sweep, seed);
  const split = loaded.suite.examples(domain, seeds.data);
  const originals = side === 'train' ? split.train : split.heldOut;
  const conditions = request.conditions.map((name) => {
    const lineage = findLineage(loaded, name, seed);
    const condition = conditionOf(loaded.plan, lineage);
    const rendering = { condition, custom: loaded.scripts.renderOf(condition) };
    const { examples } = renderExamples(originals, rendering, { side, seeds, domain });
    return { condition, examples, taken: takenBy(loaded, lineage, condition, request) };
  });
  const counts = await countExamples(
    loaded,
    conditions.map(({ condition, examples }) => ({
      examples: side === 'train' ? examples : examples.map(withoutTarget),
      hyperparameters: settingsUnder(loaded.sweep, condition).hyperparameters,
    })),
  );
  return {
    ...request,
    renderings: conditions.map(({ condition }, column) => ({
      condition: condition.name,
      description: describeCondition(condition),
      counts: withoutSizes(counts[column]),
    })),
    examples: originals.map((original, row): ComparedExample => {
      const prompts = conditions.map(({ examples, taken }, column) => ({
        pieces: splitMessages(examples[row]?.messages ?? []),
        size: counts[column]?.sizes?.[row] ?? null,
        leftOut: row < taken.most ? null : taken.why,
      }));
      const texts = new Set(prompts.map(({ pieces }) => JSON.stringify(pieces)));
      const { id, dialogue, tools } = original;
      const target = formatCalls(original.target);
      return { id, dialogue, tools, target, differs: texts.size > 1, prompts };
    }),
  };
}

function findLineage({ plan }: LoadedSweep, condition: string, seed: number): PlannedLineage {
  const found = plan.lineages.find((one) => one.condition === condition && one.seed === seed);
  if (found) return found;
  throw new RangeError(`the plan has no lineage ${condition}/${seed}`);
}

/** Of a side's examples, in their order, the first ones are taken: how many, and why no more. */
function takenBy(
  { plan, sweep }: LoadedSweep,
  lineage: PlannedLineage,
  { strategy, limit, matchTokens }: Condition,
  { side, domain }: RenderingRequest,
): { most: number; why: string } {
  if (side === 'eval') {
    const most = sweep.evaluate.limit ?? Infinity;
    return { most, why: `beyond evaluate.limit ${most}` };
  }
  if (strategy === 'zero-shot') return { most: 0, why: 'strategy zero-shot trains on nothing' };
  if (matchTokens === null) return { most: limit ?? Infinity, why: `beyond limit ${limit}` };
  const block = lineage.blocks.findIndex(
    (_, index) => blockAt(plan, lineage, index).name === domain,
  );
  const most = trainingOf(plan, lineage, block).examples;
  return { most, why: `beyond the ${most} examples that match the tokens of ${matchTokens}` };
}

/** Everything of a side is counted, so that what is cut and dropped is told of the whole. */
async function countExamples(
  { plan, suite }: LoadedSweep,
  sides: { examples: Omit<Example, 'target'>[]; hyperparameters: Record<string, unknown> }[],
): Promise<CountEvent[]> {
  const work = {
    key: plan.sweep,
    trainer: resolveTrainer(plan.spec, plan.workingFolder),
    tools: renderTools(suite),
    sizes: true,
  };
  const files = sides.map(({ examples, hyperparameters }, column) => {
    return { name: String(column), bytes: toDataFile(examples).bytes, hyperparameters };
  });
  const counts = await inScratchFolder((workFolder) =>
    countGrouped(createLocalCompute({ workFolder, cache: cacheFolder() }), work, files),
  );
  return sides.flatMap((_, column) => counts.find(({ name }) => name === String(column)) ?? []);
}

function withoutTarget({ id, dialogue, messages, tools }: Example): Omit<Example, 'target'> {
  return { id, dialogue, messages, tools };
}

function withoutSizes(count: CountEvent | undefined): ConditionRendering['counts'] {
  if (!count) return null;
  const { examples, tokens, targetTokens } = count;
  const { truncatedExamples, truncatedTurns, droppedExamples } = count;
  const cuts = { truncatedExamples, truncatedTurns, droppedExamples };
  return { examples, tokens, targetTokens, ...cuts };
}

import type { Example } from '../contract/dialogue.ts';
import { createRandom, deriveSeed } from '../contract/random.ts';
import type { Condition } from '../spec/sweep.ts';
import { type DataSeeds, type Rendering, renderExamples } from './conditions.ts';
import { type DataFile, toDataFile } from './data-file.ts';
import { assertSplit } from './split.ts';
import type { Suite } from './suite.ts';

export interface TrainingRequest extends Rendering {
  condition: Condition;
  seeds: DataSeeds;
  /** The domains of each block from the root on; the last block's are what is taught. */
  path: readonly (readonly string[])[];
  /** Of a condition whose tokens are matched: how many of the domain's examples are taken. */
  take?: number | undefined;
}

/**
 * What a block trains on: its own domains' training side under the condition, then replayed examples. Throws when a
 * dialogue lies on both sides of the seed's split.
 */
export function renderTraining(suite: Suite, request: TrainingRequest): DataFile {
  assertSplit(suite, request.seeds.data);
  const own = (request.path.at(-1) ?? []).map((domain) => renderDomain(suite, request, domain));
  const examples = own.flatMap((side) => repeatTo(side.examples, request.condition.upsample ?? 0));
  const earlier = request.path.slice(0, -1).flat();
  const replayed = replay(suite, request, { earlier, ownCount: examples.length });
  const unshuffled = own.reduce((sum, side) => sum + side.unshuffled, 0);
  return { ...toDataFile([...examples, ...replayed]), unshuffled };
}

/** The first examples in the order of their ids' hashes: what is taken under a smaller limit is part of a larger one. */
function renderDomain(
  suite: Suite,
  { condition, custom, seeds, take }: TrainingRequest,
  domain: string,
): ReturnType<typeof renderExamples> {
  const { train } = suite.examples(domain, seeds.data);
  const rendered = renderExamples(train, { condition, custom }, { side: 'train', seeds, domain });
  const most = Math.min(condition.limit ?? train.length, take ?? train.length);
  return { ...rendered, examples: rendered.examples.slice(0, most) };
}

/** Draws uniformly, each example once before any comes again. */
function replay(
  suite: Suite,
  request: TrainingRequest,
  { earlier, ownCount }: { earlier: readonly string[]; ownCount: number },
): Example[] {
  const { condition, seeds, path } = request;
  const count = Math.round(condition.replay * ownCount);
  if (count === 0 || earlier.length === 0) return [];
  // By name: blocks that come after the same domains in another order replay the same examples.
  const domains = earlier.toSorted();
  const pool = domains.flatMap((domain) => renderDomain(suite, request, domain).examples);
  const draw = createRandom(deriveSeed(seeds.draws, 'replay', ...domains, ...(path.at(-1) ?? [])));
  return repeatTo(draw.shuffle(pool), count).slice(0, count);
}

/** Whole passes over the examples until there are at least so many; a repeated one is marked in its id. */
function repeatTo(examples: readonly Example[], least: number): Example[] {
  if (examples.length === 0 || examples.length >= least) return [...examples];
  return Array.from({ length: least }, (_, index) => {
    const pass = Math.floor(index / examples.length) + 1;
    const example = examples[index % examples.length] as Example;
    return pass === 1 ? example : { ...example, id: `${example.id}~${pass}` };
  });
}

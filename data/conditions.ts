import type { Example, Message } from '../contract/dialogue.ts';
import { createRandom, deriveSeed } from '../contract/random.ts';
import type { SeedStreams } from '../spec/seed-streams.ts';
import type { Condition } from '../spec/sweep.ts';
import { checkMessages } from './messages.ts';
import { type RenderedTraces, renderTraces } from './traces/render-trace.ts';

export type Side = 'train' | 'eval';

/** The streams of a replication that decide which examples there are and how they are rendered. */
export type DataSeeds = Pick<SeedStreams, 'data' | 'draws'>;

/** What a condition's own function is given beside the example. */
export interface RenderContext {
  side: Side;
  seed: number;
  domain: string;
  /** Uniform in [0, 1), the same numbers for the same seed and example. */
  random: () => number;
}

/** A condition of one's own: the messages of the prompt, from an example whose trace is rendered already. */
export type CustomRender = (example: Example, context: RenderContext) => Message[];

/** A condition with its function, where it has one. */
export interface Rendering {
  condition: Pick<Condition, 'trace'>;
  custom?: CustomRender | undefined;
}

/**
 * Renders one side of one domain under a condition, in the order of the examples. Messages may change; id, tools and what
 * is to be predicted never do. Throws a `DataError` when a function of the user's own returns anything but messages.
 */
export function renderExamples(
  examples: readonly Example[],
  { condition, custom }: Rendering,
  { side, seeds, domain }: { side: Side; seeds: DataSeeds; domain: string },
): RenderedTraces {
  const trace = condition.trace[side];
  const rendered = renderTraces(examples, trace, deriveSeed(seeds.draws, 'shuffle', domain, side));
  if (!custom) return rendered;
  const examplesOfOwn = rendered.examples.map((example) => {
    const { next: random } = createRandom(deriveSeed(seeds.draws, 'render', example.id));
    const messages = custom(copyOf(example), { side, seed: seeds.draws, domain, random });
    return { ...example, messages: checkMessages(messages, `example ${example.id}`) };
  });
  return { ...rendered, examples: examplesOfOwn };
}

/** Whether rendering draws from the seed: if not, seeds with the same examples have the same files. */
export function drawsFromSeed({ condition, custom }: Rendering, side: Side): boolean {
  return custom !== undefined || condition.trace[side] === 'shuffle';
}

/** A function of the user's may write into what it is given. */
function copyOf(example: Example): Example {
  return JSON.parse(JSON.stringify(example)) as Example;
}

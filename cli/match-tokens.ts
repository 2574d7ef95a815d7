import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { countGrouped, type GroupedFile } from '../compute/count-grouped.ts';
import { createLocalCompute } from '../compute/local-compute.ts';
import type { Trainer } from '../compute/trainers.ts';
import type { CountEvent, ExampleSize } from '../contract/trainer-events.ts';
import { renderTools } from '../data/data-file.ts';
import { DataError } from '../data/errors.ts';
import { renderTraining } from '../data/training.ts';
import { settingsUnder } from '../plan/training-settings.ts';
import { streamsOf } from '../spec/seed-streams.ts';
import type { Condition } from '../spec/sweep.ts';
import { cacheFolder } from '../worker/home.ts';
import { CliError, EXIT } from './exit-codes.ts';
import { say } from './output.ts';
import type { SweepParts } from './plan-sweep.ts';

/** How many of a domain's examples a condition with `tokens: match(...)` takes; undefined: all. */
export class Takes {
  private readonly counts = new Map<string, number>();

  get(condition: string, seed: number, domain: string): number | undefined {
    return this.counts.get(JSON.stringify([condition, seed, domain]));
  }

  set(condition: string, seed: number, domain: string, take: number): void {
    this.counts.set(JSON.stringify([condition, seed, domain]), take);
  }
}

/**
 * Finds, for every matched condition, seed and domain, the longest run of whole examples, in the order in which they are
 * always taken, whose tokens stay within those that the other condition trains on. The trainer counts.
 */
export async function matchTokens(parts: SweepParts, trainer: Trainer): Promise<Takes> {
  const { sweep, suite } = parts;
  const takes = new Takes();
  const matched = sweep.conditions.flatMap((condition) => {
    const other = sweep.conditions.find(({ name }) => name === condition.matchTokens);
    return other ? [{ condition, other }] : [];
  });
  if (matched.length === 0) return takes;
  say('counting tokens: a condition matches those of another ...');
  const files = new Map<string, GroupedFile>();
  const fileOf = (condition: Condition, seed: number, domain: string): string => {
    const name = JSON.stringify([condition.name, seed, domain]);
    const custom = parts.scripts.renderOf(condition);
    const request = { condition, custom, seeds: streamsOf(sweep, seed), path: [[domain]] };
    if (!files.has(name)) {
      const { hyperparameters } = settingsUnder(sweep, condition);
      files.set(name, { name, bytes: renderTraining(suite, request).bytes, hyperparameters });
    }
    return name;
  };
  const pairs = matched.flatMap(({ condition, other }) =>
    sweep.seeds.flatMap((seed) =>
      sweep.stream.domains.map((domain) => ({
        take: (count: number) => takes.set(condition.name, seed, domain, count),
        place: `condition ${condition.name}, domain ${domain}, seed ${seed}`,
        own: fileOf(condition, seed, domain),
        other: fileOf(other, seed, domain),
      })),
    ),
  );
  const sizes = await countSizes(parts, trainer, [...files.values()]);
  for (const { take, place, own, other } of pairs) {
    const budget = (sizes.get(other) ?? []).reduce((sum, { tokens }) => sum + tokens, 0);
    const count = takeWithin(sizes.get(own) ?? [], budget);
    if (count === 0) throw tooShort(suite.name, place, budget);
    take(count);
  }
  return takes;
}

/** How many of the first examples stay within a budget of tokens together. */
function takeWithin(sizes: readonly ExampleSize[], budget: number): number {
  let sum = 0;
  const over = sizes.findIndex(({ tokens }) => (sum += tokens) > budget);
  return over === -1 ? sizes.length : over;
}

async function countSizes(
  { sweep, suite }: SweepParts,
  trainer: Trainer,
  files: readonly GroupedFile[],
): Promise<Map<string, ExampleSize[]>> {
  const workFolder = await mkdtemp(join(tmpdir(), 'ratchet-count-'));
  try {
    const counts = await countGrouped(
      createLocalCompute({ workFolder, cache: cacheFolder() }),
      { key: sweep.name, trainer, tools: renderTools(suite), sizes: true },
      files,
    );
    return new Map(counts.map((count) => [count.name, sizesOf(count)]));
  } finally {
    await rm(workFolder, { recursive: true, force: true });
  }
}

function sizesOf({ name, sizes }: CountEvent): ExampleSize[] {
  if (sizes) return sizes;
  throw new CliError(
    EXIT.spec,
    `the trainer counts ${name} as a whole only: tokens: match(...) needs the size of each example (docs/trainer-protocol.md, sizes)`,
  );
}

function tooShort(file: string, position: string, budget: number): DataError {
  const expected = `a first example within the ${budget} tokens to match`;
  return new DataError({ file, position, expected, found: 'a longer one' });
}
